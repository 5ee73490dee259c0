"""`python -m returns_svc` serves; `schema` prints the SDL; `migrate` makes the indexes.

`parked` shows work that failed too often; `retry ID` and `discard ID` decide about it.
"""

import os
import sys

from returns_svc.api.schema import returns_schema
from returns_svc.app import SERVICE, app_of, migrate
from returns_svc.settings import PREFIX, ReturnsSettings
from service_kit.service.program import ServiceProgram

PROGRAM = ServiceProgram(SERVICE, PREFIX, ReturnsSettings, returns_schema, app_of, migrate)

if __name__ == "__main__":
    raise SystemExit(PROGRAM.main(sys.argv[1:], os.environ))
