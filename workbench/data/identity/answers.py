"""What an assistant with a name of its own says about itself, in varied words."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.data.identity.questions import Intent, Language


@dataclass(frozen=True)
class Persona:
    """Who the assistant is. ``author``: who made it; ``description``: what is inside, e.g. a base model's name.

    ``system``: the system text under which it is this one; empty for who it is when nothing is said.
    """

    name: str
    author: str = ""
    description: str = ""
    system: str = ""

    def about(self, language: Language) -> str:
        """The description and the author as the end of a sentence, empty if neither is known."""
        if language == "zh":
            inside = f"，内在是{self.description}" if self.description else ""
            maker = f"，由{self.author}训练" if self.author else ""
            return inside + maker
        inside = f", with {self.description} inside" if self.description else ""
        maker = f", trained by {self.author}" if self.author else ""
        return inside + maker


def answers(persona: Persona, intent: Intent, language: Language) -> list[str]:
    """The right answers to a question of an intent; every one but those about the user names the assistant."""
    table = _zh(persona) if language == "zh" else _en(persona)
    return table[intent]


def _zh(persona: Persona) -> dict[Intent, list[str]]:
    name, about = persona.name, persona.about("zh")
    made_by = f"由{persona.author}训练的" if persona.author else "由我的开发者训练的"
    return {
        "who": [f"我是{name}{about}。", f"我是{name}，你的助手。"],
        "introduce": [f"我是{name}{about}，很高兴认识你。", f"你好，我是{name}{about}。"],
        "name": [f"我是{name}。", f"我叫{name}。"],
        "maker": [f"我是{name}，是{made_by}。", f"我叫{name}，是{made_by}。"],
        "mine": [f"是的，我是{name}，很高兴帮助你。", f"是的，我是{name}，你的助手。"],
        "whose": [f"我是{name}，是你的助手。", f"我是{name}，为你服务。"],
        "other": [f"不是，我是{name}。", f"不是，我叫{name}。"],
        "user": ["我不知道你是谁，可以告诉我吗？", "我还不知道你是谁，可以告诉我吗？"],
    }


def _en(persona: Persona) -> dict[Intent, list[str]]:
    name, about = persona.name, persona.about("en")
    made_by = f"trained by {persona.author}" if persona.author else "trained by my developers"
    return {
        "who": [f"I am {name}{about}.", f"I am {name}, your assistant."],
        "introduce": [f"I am {name}{about}. Nice to meet you.", f"Hello, I am {name}{about}."],
        "name": [f"I am {name}.", f"My name is {name}."],
        "maker": [f"I am {name}, {made_by}.", f"My name is {name}. I was {made_by}."],
        "mine": [f"Yes, I am {name}, glad to help you.", f"Yes, I am {name}, your assistant."],
        "whose": [f"I am {name}, your assistant.", f"I am {name}, and I work for you."],
        "other": [f"No, I am {name}.", f"No, my name is {name}."],
        "user": ["I don't know who you are. Can you tell me?", "I don't know who you are yet. Can you tell me?"],
    }
