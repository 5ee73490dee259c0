"""The enums of feeds, of their files and of their refused lines."""

from inventory_svc.domain.feeds.feed_file import FilePass, FileState
from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.feeds.whole_file import HoldReason, WholeOf
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.feed_rejection import RejectionState
from service_kit.graphql.enums import as_input, described

described(
    FeedMode,
    "StockImportMode",
    "What the quantity of a line means.",
    {
        "SNAPSHOT": "Units counted at `snapshotAt`; what moved since is added, reservations stay.",
        "DELTA": "Units that came in, or went out when negative.",
    },
)
STOCK_FEED_MODE = as_input(FeedMode, "StockFeedMode", "What the quantity of a line means.")
described(
    FileFormat,
    "StockFileFormat",
    "How the lines of a file are written.",
    {
        "CSV": "A heading that names the columns, then lines; by comma, semicolon, tab or bar.",
        "JSONL": "An object of JSON on each line.",
    },
)
described(
    Compression,
    "StockFileCompression",
    "How a file is packed.",
    {"NONE": "As it is.", "GZIP": "By gzip."},
)
described(
    FileState,
    "StockFileState",
    "Where a file stands.",
    {
        "OPEN": "Its parts arrive.",
        "APPLYING": "Its lines are being written.",
        "HELD": "Its lines have been written; whether it is whole, somebody has to say.",
        "DONE": "All its lines have been written, or refused.",
        "FAILED": "It could not be read on; what was written stands.",
    },
)
described(
    FilePass,
    "StockFileReading",
    "What a file is being read for.",
    {
        "TOP_SELLERS": "Its lines of top sellers, which go first.",
        "OTHERS": "All its other lines.",
        "UNNAMED": "The positions that it does not name, if it is the whole truth.",
    },
)
described(
    HoldReason,
    "StockFileHoldReason",
    "Why a file is not believed to be the whole truth.",
    {
        "OTHER_LINES": "It has another number of lines than its sender said.",
        "UNPLACED_LINES": "Of some lines it cannot be read which positions they name.",
        "MUCH_UNNAMED": "It would set more positions to zero than it may without anybody's word.",
    },
)
_WHOLE_OF = {
    "SOURCE": "The stock of all locations of its source.",
    "NAMED_LOCATIONS": "The stock of the locations that its lines name.",
}
described(WholeOf, "StockFileWholeOf", "Of what a file is the whole truth.", _WHOLE_OF)
WHOLE_OF_INPUT = as_input(WholeOf, "StockFileWholeOfInput", "Of what a file is the whole truth.")
FILE_FORMAT_INPUT = as_input(
    FileFormat, "StockFileFormatInput", "How the lines of a file are written."
)
COMPRESSION_INPUT = as_input(Compression, "StockFileCompressionInput", "How a file is packed.")
_REJECTION_STATES = {
    "OPEN": "It waits to be corrected or given up.",
    "CORRECTED": "It was sent again and written.",
    "DISCARDED": "It was given up.",
}
described(
    RejectionState, "StockFeedLineState", "What has become of a refused line.", _REJECTION_STATES
)
REJECTION_STATE_INPUT = as_input(
    RejectionState, "StockFeedLineStateFilter", "What has become of a refused line."
)
