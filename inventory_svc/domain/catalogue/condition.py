"""The states that goods are sold in."""

from enum import StrEnum


class Condition(StrEnum):
    """The state of the goods; an order for one condition never takes another."""

    NEW = "NEW"
    REFURBISHED = "REFURBISHED"
    USED_A = "USED_A"
    USED_B = "USED_B"
    USED_C = "USED_C"
