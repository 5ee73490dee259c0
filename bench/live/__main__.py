"""`python -m bench.live` serves the notes, as NOTES_* and the names without it say."""

import os
from collections.abc import Mapping

from bench.live.notes import SERVICE, notes_app
from service_kit.runtime.logs import configure_logging
from service_kit.runtime.process import serve
from service_kit.runtime.settings import read_settings
from service_kit.service.settings import ServiceSettings


def main(environment: Mapping[str, str]) -> None:
    """Serve until told to stop."""
    settings = read_settings(ServiceSettings, environment, "NOTES")
    level = settings.log_level
    configure_logging(SERVICE, level=level, as_json=settings.log_json)
    serve(notes_app(settings), host=settings.host, port=settings.port, log_level=level)


if __name__ == "__main__":
    main(os.environ)
