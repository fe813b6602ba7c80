"""The leaflet's words in every language, and what no line of a clinic's may say."""

import re
import string

import pytest

from protocols.wording import FIXED, ORIGINAL, Refused, Shipped, contradictions, shipped

LANGUAGES = ("en", "ar", "de", "es", "fr", "it", "pl", "pt")
LONGEST_SENTENCE = 15  # words


def braces(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def sentences(words: Shipped) -> list[str]:
    running = [*words.words.values(), *words.advice.values()]
    running += [line for lines in words.lists.values() for line in lines]
    return [each for text in running for each in re.split(r"[.!?؟]\s*", text) if each]


def test_these_languages_are_shipped_the_original_first():
    assert tuple(shipped()) == LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
class TestEveryLanguage:
    def test_says_all_that_the_original_says(self, code):
        said, original = shipped()[code], shipped()[ORIGINAL]

        assert said.words.keys() == original.words.keys()
        assert said.advice.keys() == original.advice.keys()
        assert said.sites.keys() == original.sites.keys()
        assert {name: len(lines) for name, lines in said.lists.items()} == {
            name: len(lines) for name, lines in original.lists.items()
        }
        assert said.refused.keys() == original.refused.keys()
        assert all(said.words.values())

    def test_fills_in_the_same_facts(self, code):
        original = shipped()[ORIGINAL].words

        for key, text in shipped()[code].words.items():
            assert braces(text) == braces(original[key]), key

    def test_has_short_sentences(self, code):
        too_long = [
            each
            for each in sentences(shipped()[code])
            if len(each.split()) > LONGEST_SENTENCE
        ]
        assert too_long == []

    def test_its_own_lines_contradict_nothing(self, code):
        words = shipped()[code]
        own = [
            *words.advice.values(),
            *(line for each in words.lists.values() for line in each),
        ]

        assert [line for line in own if list(contradictions(line, code))] == []

    def test_its_fixed_block_is_all_there(self, code):
        assert all(shipped()[code].words[key].strip() for key in FIXED)


# Two lines for each that say what R17 or R18 forbid, and one that is right to say.
CONTRADICTIONS = {
    "en": {
        Refused.CREAM: ["Apply arnica gel at night.", "Rub in a cream."],
        Refused.ICE: ["Apply ice for ten minutes.", "A cold pack helps."],
        Refused.MASSAGE: ["Massage the area gently.", "Rub it well."],
        Refused.DRESSING: [
            "No dressing is needed.",
            "Remove the dressing after one hour.",
        ],
    },
    "fr": {
        Refused.CREAM: ["Mettez un gel à l’arnica.", "Une crème le soir."],
        Refused.ICE: ["Appliquez de la glace.", "Une poche froide aide."],
        Refused.MASSAGE: ["Massez doucement la zone.", "Frottez bien."],
        Refused.DRESSING: [
            "Le pansement est inutile.",
            "Retirez le pansement après une heure.",
        ],
    },
    "es": {
        Refused.CREAM: ["Aplique gel de árnica.", "Póngase una crema."],
        Refused.ICE: ["Ponga hielo diez minutos.", "Una bolsa fría ayuda."],
        Refused.MASSAGE: ["Dé un masaje suave.", "Frote la zona."],
        Refused.DRESSING: ["No hace falta apósito.", "Quite el apósito en una hora."],
    },
    "it": {
        Refused.CREAM: ["Metta un gel all’arnica.", "Una crema la sera."],
        Refused.ICE: ["Metta del ghiaccio.", "Raffreddi la zona."],
        Refused.MASSAGE: ["Massaggi piano la zona.", "Strofini bene."],
        Refused.DRESSING: [
            "La medicazione non serve.",
            "Tolga il cerotto dopo un’ora.",
        ],
    },
    "de": {
        Refused.CREAM: ["Tragen Sie Arnikasalbe auf.", "Abends eincremen."],
        Refused.ICE: ["Legen Sie Eis auf.", "Kühlen Sie die Stelle."],
        Refused.MASSAGE: ["Massieren Sie die Stelle.", "Gut einreiben."],
        Refused.DRESSING: [
            "Ein Verband ist unnötig.",
            "Nehmen Sie das Pflaster nach einer Stunde ab.",
        ],
    },
    "pt": {
        Refused.CREAM: ["Aplique gel de arnica.", "Ponha uma pomada."],
        Refused.ICE: ["Ponha gelo dez minutos.", "Arrefeça a zona."],
        Refused.MASSAGE: ["Faça uma massagem leve.", "Esfregue a zona."],
        Refused.DRESSING: [
            "O penso é desnecessário.",
            "Tire o penso depois de uma hora.",
        ],
    },
    "pl": {
        Refused.CREAM: ["Proszę użyć żelu z arniką.", "Wieczorem maść."],
        Refused.ICE: ["Proszę przyłożyć lód.", "Zimne okłady pomogą."],
        Refused.MASSAGE: ["Proszę masować to miejsce.", "Delikatny masaż pomaga."],
        Refused.DRESSING: ["Opatrunek jest zbędny.", "Zdjąć plaster po godzinie."],
    },
    "ar": {
        Refused.CREAM: ["ضع كريمًا في المساء.", "استعمل المرهم."],
        Refused.ICE: ["ضع الثلج عشر دقائق.", "كمادات باردة تفيد."],
        Refused.MASSAGE: ["التدليك الخفيف يفيد.", "افرك المكان."],
        Refused.DRESSING: ["الضماد غير ضروري.", "انزع الضماد بعد ساعة."],
    },
}
ALLOWED = {
    "en": [
        "Do not put any cream on it.",
        "No ice, and no massage.",
        "Keep the dressing dry.",
    ],
    "fr": ["Ne mettez pas de crème.", "Pas de glace.", "Gardez le pansement au sec."],
    "es": ["No aplique hielo.", "Sin masajes.", "Mantenga seco el apósito."],
    "it": ["Non metta creme.", "Niente ghiaccio.", "Tenga asciutta la medicazione."],
    "de": [
        "Bitte keine Salbe.",
        "Nicht massieren.",
        "Halten Sie das Pflaster trocken.",
    ],
    "pt": ["Não ponha creme.", "Sem gelo.", "Mantenha o penso seco."],
    "pl": ["Bez maści.", "Proszę nie masować.", "Opatrunek ma być suchy."],
    "ar": ["لا تضع الكريم.", "بدون ثلج.", "حافظ على الضماد جافًا."],
}


@pytest.mark.parametrize(
    ("code", "kind", "line"),
    [
        (code, kind, line)
        for code, kinds in CONTRADICTIONS.items()
        for kind, lines in kinds.items()
        for line in lines
    ],
)
def test_a_line_that_contradicts_the_fixed_block_is_found(code, kind, line):
    assert kind in contradictions(line, code)
    assert kind in contradictions(line.upper(), code)


@pytest.mark.parametrize(
    ("code", "line"),
    [(code, line) for code, lines in ALLOWED.items() for line in lines],
)
def test_a_line_that_agrees_is_let_through(code, line):
    assert list(contradictions(line, code)) == []


@pytest.mark.parametrize(
    "line", ["Apply ice.", "Do not worry, use ice.", "Cream.\nNo ice."]
)
def test_what_is_typed_in_the_original_is_found_in_every_language(line):
    for code in (*LANGUAGES, "uk"):
        assert list(contradictions(line, code))


def test_every_language_has_its_own_contradictions_tried():
    assert set(CONTRADICTIONS) == set(ALLOWED) == set(LANGUAGES)
