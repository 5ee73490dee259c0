"""Reading the lines of a file from its parts, a piece at a time."""

import asyncio
from collections.abc import AsyncIterator

from inventory_svc.domain.feeds.feed_file import FeedFile
from inventory_svc.domain.feeds.file_lines import FileLine, LineReader, Unpacker
from inventory_svc.ports.feeds import FeedFiles


class FileContent:
    """The lines of a file; `count` is how many were read, blank ones and the heading aside."""

    def __init__(self, file: FeedFile, files: FeedFiles) -> None:
        self._file = file
        self._files = files
        self.count = 0
        self.beyond = 0
        """The number that a line after the last one would have."""

    async def lines(self) -> AsyncIterator[FileLine]:
        """Give the lines; raise UnreadableFile when the file is not what it was said to be."""
        unpacker, reader = Unpacker(self._file.compression), LineReader(self._file.format)
        async for part in self._files.content(self._file):
            for piece in unpacker.pieces(part):
                for line in reader.lines(piece):
                    yield self._counted(line)
                await asyncio.sleep(0)  # others want the processor too
        unpacker.end()
        for line in reader.end():
            yield self._counted(line)

    def _counted(self, line: FileLine) -> FileLine:
        self.count += 1
        self.beyond = line.number + 1
        return line
