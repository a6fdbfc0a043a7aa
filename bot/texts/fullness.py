"""The names of the texts about a database that has no room left."""

from enum import StrEnum


class FullnessText(StrEnum):
    STAFF = "fullness_staff"
    CUSTOMER = "fullness_customer"
    PURGE = "fullness_purge"
