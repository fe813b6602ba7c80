from protocols.models.indication import Indication, IndicationGroup
from protocols.models.protocol import Protocol, ProtocolVersion, ScreeningQuestion

__all__ = [
    "Indication",
    "IndicationGroup",
    "Protocol",
    "ProtocolVersion",
    "ScreeningQuestion",
]
