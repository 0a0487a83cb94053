"""From measurements to actions: cards with their evidence, and lists of customers to contact."""

from __future__ import annotations

from crrkit.judge.playbook.cards import Card, Trial
from crrkit.judge.playbook.lists import ActionList, action_list, write_action_list
from crrkit.judge.playbook.playbook import Playbook, diagnose

__all__ = ["ActionList", "Card", "Playbook", "Trial", "action_list", "diagnose", "write_action_list"]
