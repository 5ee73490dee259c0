"""Commands that another service gives."""

from dataclasses import replace

from inventory_svc.api.context import Info
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.graphql.idempotency import idempotent_request


def asked_by_service(info: Info, mutation: str, input_: object) -> IdempotentRequest:
    """Name a command of another service: its keys are its own, on whosever behalf it asks."""
    request = idempotent_request(info, mutation, input_)
    return replace(request, scope=f"service:{info.context.caller.subject}")
