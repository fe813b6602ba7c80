"""What several papers have in common."""

from dataclasses import dataclass

from mesoclinic.vocabulary import AllergyState


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who: repeated on every page of a clinical paper."""

    name_family: str
    name_given: str
    title: str = ""
    born: str  # "14-Aug-1980"
    age: str  # "46y"
    sex: str
    number: str  # "MC 000 123"


@dataclass(frozen=True, kw_only=True)
class Allergies:
    """One of four states; the substances, when they are known."""

    state: AllergyState
    known: tuple[str, ...] = ()

    @property
    def are_known(self) -> bool:
        return self.state == AllergyState.KNOWN
