"""What is the operator's alone: see scaling.accounts.rules."""

from scaling.accounts.rules import is_operator
from scaling.common.permissions import add_permission

add_permission("scaling.read_trail", is_operator)
add_permission("scaling.erase", is_operator)
