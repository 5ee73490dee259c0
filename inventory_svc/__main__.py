"""`python -m inventory_svc` serves; `schema` prints the SDL; `migrate` makes the indexes.

`repack` has the processes that run pack the stock anew; `recount` counts anew what picks found.
`parked` shows work that failed too often; `retry ID` and `discard ID` decide about it.
"""

import os
import sys

from inventory_svc.api.schema import inventory_schema
from inventory_svc.app import SERVICE, app_of, migrate, recount, repack
from inventory_svc.mongo.discarded_files import discarded_files
from inventory_svc.settings import PREFIX, InventorySettings
from service_kit.service.program import ServiceProgram

PROGRAM = ServiceProgram(
    SERVICE,
    PREFIX,
    InventorySettings,
    inventory_schema,
    app_of,
    migrate,
    {"repack": repack, "recount": recount},
    discarded_files,
)

if __name__ == "__main__":
    raise SystemExit(PROGRAM.main(sys.argv[1:], os.environ))
