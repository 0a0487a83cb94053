"""From what was measured to what to do: cards with their numbers, and lists of customers for those who act."""

from __future__ import annotations

from crrkit.playbook._cards import Card, Trial
from crrkit.playbook._lists import ActionList, action_list, write_action_list
from crrkit.playbook._playbook import Playbook, diagnose

__all__ = ["ActionList", "Card", "Playbook", "Trial", "action_list", "diagnose", "write_action_list"]
