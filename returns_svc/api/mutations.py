"""What can be done with returns."""

from typing import Annotated

import strawberry

from returns_svc.api.access import DECLARERS, FEEDERS, HANDLERS
from returns_svc.api.context import Info
from returns_svc.api.inputs import (
    ReturnAbandonInput,
    ReturnCancelInput,
    ReturnCloseInput,
    ReturnDeclareInput,
    ReturnInspectInput,
    ReturnReceiveInput,
    ReturnSendBackInput,
    ReturnTrackInput,
)
from returns_svc.api.payloads import (
    ReturnAbandonPayload,
    ReturnCancelPayload,
    ReturnClosePayload,
    ReturnDeclarePayload,
    ReturnInspectPayload,
    ReturnPoliciesImportPayload,
    ReturnReceivePayload,
    ReturnSendBackPayload,
    ReturnTrackPayload,
    answered_return,
    imported,
    refused,
)
from returns_svc.api.policy_inputs import ReturnPoliciesImportInput
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.requests.return_request import Shipment
from returns_svc.use_cases import handle_return
from returns_svc.use_cases.change_return import ReturnCommand
from returns_svc.use_cases.declare_return import DeclareReturn, declare_return
from returns_svc.use_cases.import_policies import ImportPolicies, import_policies
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.idempotency import idempotent_request


def _command(
    info: Info, mutation: str, input_: ReturnAbandonInput | ReturnCancelInput | ReturnCloseInput
) -> ReturnCommand:
    return ReturnCommand(
        request=idempotent_request(info, mutation, input_),
        caller=info.context.caller,
        return_id=input_.key(),
        expected_version=input_.expected_version,
    )


@strawberry.type(description="What can be changed.")
class Mutation:
    """The root of writing."""

    @mutation_field(
        *FEEDERS,
        description="Import return policies, each line for itself.",
        refused=refused(ReturnPoliciesImportPayload),
    )
    async def return_policies_import(
        self,
        info: Info,
        input: Annotated[ReturnPoliciesImportInput, strawberry.argument(description="The feed.")],
    ) -> ReturnPoliciesImportPayload | None:
        outcome = await import_policies(
            info.context.around,
            ImportPolicies(
                idempotent_request(info, "returnPoliciesImport", input),
                info.context.caller,
                tuple(line.policy() for line in input.lines),
            ),
        )
        return imported(info, outcome)

    @mutation_field(
        *DECLARERS,
        description="Declare a return: all its units are set aside in the order, or none.",
        refused=refused(ReturnDeclarePayload),
    )
    async def return_declare(
        self,
        info: Info,
        input: Annotated[ReturnDeclareInput, strawberry.argument(description="What comes back.")],
    ) -> ReturnDeclarePayload | None:
        outcome = await declare_return(
            info.context.around,
            DeclareReturn(
                request=idempotent_request(info, "returnDeclare", input),
                caller=info.context.caller,
                channel=input.channel,
                order=input.order.order() if input.order else None,
                claims=input.claims(),
                blind=input.blind.item() if input.blind else None,
                location_code=input.location_code,
            ),
        )
        return await answered_return(info, ReturnDeclarePayload, outcome)

    @mutation_field(
        *HANDLERS,
        description="Note a scan of the carrier; one that comes late changes nothing.",
        refused=refused(ReturnTrackPayload),
    )
    async def return_track(
        self,
        info: Info,
        input: Annotated[ReturnTrackInput, strawberry.argument(description="The scan.")],
    ) -> ReturnTrackPayload | None:
        outcome = await handle_return.track_return(
            info.context.around,
            handle_return.TrackReturn(
                request=idempotent_request(info, "returnTrack", input),
                caller=info.context.caller,
                return_id=input.key(),
                expected_version=input.expected_version,
                state=ReturnState(input.scan.value),
                shipment=Shipment(input.carrier, input.tracking_number),
            ),
        )
        return await answered_return(info, ReturnTrackPayload, outcome)

    @mutation_field(
        *HANDLERS,
        description="Take the goods in; an assistant only where they work.",
        refused=refused(ReturnReceivePayload),
    )
    async def return_receive(
        self,
        info: Info,
        input: Annotated[ReturnReceiveInput, strawberry.argument(description="Where.")],
    ) -> ReturnReceivePayload | None:
        outcome = await handle_return.receive_return(
            info.context.around,
            handle_return.ReceiveReturn(
                request=idempotent_request(info, "returnReceive", input),
                caller=info.context.caller,
                return_id=input.key(),
                expected_version=input.expected_version,
                location_code=input.location_code,
            ),
        )
        return await answered_return(info, ReturnReceivePayload, outcome)

    @mutation_field(
        *HANDLERS,
        description="Grade units and take them back, or not; goods and money follow.",
        refused=refused(ReturnInspectPayload),
    )
    async def return_inspect(
        self,
        info: Info,
        input: Annotated[ReturnInspectInput, strawberry.argument(description="What was found.")],
    ) -> ReturnInspectPayload | None:
        outcome = await handle_return.inspect_return(
            info.context.around,
            handle_return.InspectReturn(
                request=idempotent_request(info, "returnInspect", input),
                caller=info.context.caller,
                return_id=input.key(),
                expected_version=input.expected_version,
                findings=tuple(one.finding(index) for index, one in enumerate(input.units)),
            ),
        )
        return await answered_return(info, ReturnInspectPayload, outcome)

    @mutation_field(
        *HANDLERS,
        description="Send rejected goods back to the customer.",
        refused=refused(ReturnSendBackPayload),
    )
    async def return_send_back(
        self,
        info: Info,
        input: Annotated[ReturnSendBackInput, strawberry.argument(description="By whom.")],
    ) -> ReturnSendBackPayload | None:
        outcome = await handle_return.send_back(
            info.context.around,
            handle_return.SendBack(
                request=idempotent_request(info, "returnSendBack", input),
                caller=info.context.caller,
                return_id=input.key(),
                expected_version=input.expected_version,
                shipment=Shipment(input.carrier, input.tracking_number),
            ),
        )
        return await answered_return(info, ReturnSendBackPayload, outcome)

    @mutation_field(
        *DECLARERS,
        description="Leave rejected goods to the retailer.",
        refused=refused(ReturnAbandonPayload),
    )
    async def return_abandon(
        self,
        info: Info,
        input: Annotated[ReturnAbandonInput, strawberry.argument(description="Which.")],
    ) -> ReturnAbandonPayload | None:
        command = _command(info, "returnAbandon", input)
        outcome = await handle_return.abandon_return(info.context.around, command)
        return await answered_return(info, ReturnAbandonPayload, outcome)

    @mutation_field(
        *DECLARERS,
        description="Cancel a return whose goods have not left the customer.",
        refused=refused(ReturnCancelPayload),
    )
    async def return_cancel(
        self,
        info: Info,
        input: Annotated[ReturnCancelInput, strawberry.argument(description="Which.")],
    ) -> ReturnCancelPayload | None:
        command = _command(info, "returnCancel", input)
        outcome = await handle_return.cancel_return(info.context.around, command)
        return await answered_return(info, ReturnCancelPayload, outcome)

    @mutation_field(
        *HANDLERS,
        description="End a return of which nothing is left to do.",
        refused=refused(ReturnClosePayload),
    )
    async def return_close(
        self,
        info: Info,
        input: Annotated[ReturnCloseInput, strawberry.argument(description="Which.")],
    ) -> ReturnClosePayload | None:
        command = _command(info, "returnClose", input)
        outcome = await handle_return.close_return(info.context.around, command)
        return await answered_return(info, ReturnClosePayload, outcome)
