"""`python -m appointments_svc` serves; `schema` prints the SDL; `migrate` makes the indexes.

`parked` shows work that failed too often; `retry ID` and `discard ID` decide about it.
"""

import os
import sys

from appointments_svc.api.schema import appointments_schema
from appointments_svc.app import SERVICE, app_of, migrate
from appointments_svc.settings import PREFIX, AppointmentsSettings
from service_kit.service.program import ServiceProgram

PROGRAM = ServiceProgram(
    SERVICE, PREFIX, AppointmentsSettings, appointments_schema, app_of, migrate
)

if __name__ == "__main__":
    raise SystemExit(PROGRAM.main(sys.argv[1:], os.environ))
