"""Operations that real clients send: one on each live field, a query and a mutation."""

from typing import Final

ORDER_UPDATED: Final = """
  subscription ($channel: String, $since: String) {
    orderUpdated(channel: $channel, since: $since, heartbeatSeconds: 60) {
      delivery cursor seq type status order { id version lines { quantity item { title } } }
    }
  }
"""
LINE_CHANGED: Final = """
  subscription ($location: ID, $since: String) {
    orderLineStatusChanged(locationId: $location, since: $since, heartbeatSeconds: 60) {
      delivery cursor seq order { id }
      transitions { from to quantity line { item { title } } location { name } }
    }
  }
"""
QUEUE_CHANGED: Final = """
  subscription ($location: ID!, $since: String) {
    fulfilmentQueueChanged(locationId: $location, since: $since, heartbeatSeconds: 60) {
      delivery cursor seq location { name } changes { change state fulfilment { id state } }
    }
  }
"""
AVAILABILITY_CHANGED: Final = """
  subscription ($sku: String!, $channel: String, $since: String) {
    availabilityChanged(skus: [$sku], channel: $channel, since: $since, heartbeatSeconds: 60) {
      delivery cursor seq available onHand crossed item { title } location { name }
    }
  }
"""
LOCATION: Final = "query ($code: String!) { location(code: $code) { id name } }"
PLACE: Final = """
  mutation ($input: OrderPlaceInput!) {
    orderPlace(input: $input) {
      order { id version fulfilments { id } } userErrors { code message }
    }
  }
"""
CANCEL: Final = """
  mutation ($input: OrderCancelInput!) {
    orderCancel(input: $input) { order { id version } userErrors { code message } }
  }
"""
