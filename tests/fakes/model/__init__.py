"""A language model that says what it is told to, over real HTTP, in OpenAI's and GigaChat's protocols."""

from tests.fakes.model.script import Reply, Rule, Script, Seen
from tests.fakes.model.server import ScriptedModel

__all__ = ["Reply", "Rule", "Script", "ScriptedModel", "Seen"]
