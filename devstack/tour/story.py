"""The story, act by act."""

from devstack.tour.acts import closing, opening, returning, shop_floor, shopping, visiting
from devstack.tour.stage import Stage


async def play(stage: Stage) -> None:
    """Play every act; raise TourStopped at the first thing that is not as told."""
    setting = await opening.open_the_story(stage)
    await shopping.look(stage, setting)
    purchase = await shopping.buy(stage, setting)
    await shop_floor.offer(stage, setting, purchase)
    fulfilment = await shop_floor.miss(stage, setting, purchase)
    parcel = await shop_floor.send(stage, setting, purchase, fulfilment)
    await shop_floor.deliver(stage, setting, purchase, parcel)
    brought = await returning.bring(stage, setting, purchase)
    await returning.refund(stage, setting, purchase, brought)
    visit = await visiting.visit(stage, setting, purchase)
    await closing.close_the_story(stage, setting, purchase, brought, visit)
