"""A plan becomes an answer: fetch, merge, project, with errors in the client's terms."""
