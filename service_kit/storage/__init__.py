"""MongoDB: client, fair gate, transactions, indexes, document versions."""
