"""`python -m order_svc` serves; `schema` prints the SDL; `migrate` makes the indexes.

`parked` shows work that failed too often; `retry ID` and `discard ID` decide about it.
"""

import os
import sys

from order_svc.api.schema import order_schema
from order_svc.app import SERVICE, app_of, migrate
from order_svc.settings import PREFIX, OrderSettings
from service_kit.service.program import ServiceProgram

PROGRAM = ServiceProgram(SERVICE, PREFIX, OrderSettings, order_schema, app_of, migrate)

if __name__ == "__main__":
    raise SystemExit(PROGRAM.main(sys.argv[1:], os.environ))
