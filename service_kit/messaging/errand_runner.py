"""Due work that a command does itself, right after its commit, by the worker of its process."""

from service_kit.messaging.due_worker import DueWorker


class WorkerErrands:
    """Errands of a command, run by the worker once there is one."""

    def __init__(self) -> None:
        self._worker: DueWorker | None = None

    def served_by(self, worker: DueWorker) -> None:
        """Name the worker."""
        self._worker = worker

    async def run_now(self, identifier: str) -> bool:
        """Whether the work was done by this call; if not, somebody does it later."""
        return self._worker is not None and await self._worker.run_now(identifier)
