"""Writing pieces with a serial number, their histories and their tags in a stock commit."""

from collections.abc import Sequence

from inventory_svc.domain.stock.units.history import UnitStep
from inventory_svc.domain.stock.units.open_units import UnitChange
from inventory_svc.mongo.collections import UNIT_STEPS, UNIT_TAGS, UNITS
from inventory_svc.mongo.guarded_writes import write_changes
from inventory_svc.mongo.unit_documents import (
    step_to_document,
    tag_to_document,
    unit_to_document,
)
from service_kit.storage.database import Database, Session


class UnitWrites:
    """The writes of pieces in one commit; a commit that changes none makes none."""

    def __init__(self, database: Database) -> None:
        self._units = database.collection(UNITS.name)
        self._steps = database.collection(UNIT_STEPS.name)
        self._tags = database.collection(UNIT_TAGS.name)

    async def write(
        self, changes: Sequence[UnitChange], steps: Sequence[UnitStep], session: Session
    ) -> None:
        """Write the pieces under their version; a new tag only if nobody bears it."""
        if not changes:
            return
        await write_changes(self._units, changes, unit_to_document, session)
        if steps:
            documents = [step_to_document(each) for each in steps]
            await self._steps.insert_many(documents, session=session)
        await self._retag(changes, session)

    async def _retag(self, changes: Sequence[UnitChange], session: Session) -> None:
        before = {each.before.epc: each.before.serial for each in changes if each.before}
        after = {each.after.epc: each.after.serial for each in changes}
        gone = [epc for epc, serial in before.items() if epc and after.get(epc) != serial]
        if gone:
            await self._tags.delete_many({"_id": {"$in": sorted(gone)}}, session=session)
        new = [
            tag_to_document(epc, serial)
            for epc, serial in after.items()
            if epc and before.get(epc) != serial
        ]
        if new:
            await self._tags.insert_many(new, session=session)
