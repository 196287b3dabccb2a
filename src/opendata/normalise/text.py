r"""Free text, and the cleaning every other textual kind starts from.

What real files hold and no reader wants: text decoded with the wrong encoding, HTML,
invisible characters, Markdown escapes (``\-``), words that stand for "nothing", and signs
that make a spreadsheet run the cell as a formula (OWASP, "CSV injection").
"""

import html
import re
import unicodedata

from opendata.normalise import letters
from opendata.normalise.base import Cleaned, Example, listed
from opendata.schema import fold

NAME = "texte"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("Ateliers  le mardi\n\tsur rendez-vous ", "Ateliers le mardi sur rendez-vous"),
    Example("MÃ©diathÃ¨que de lâ€™Orangerie", "Médiathèque de l’Orangerie"),
    Example("Route des Ducs d\x92Anjou", "Route des Ducs d’Anjou"),
    Example("biblioth\ufffdque de l\ufffd\ufffdcole", "bibliothèque de l'école"),
    Example("AVENUE FRAN?OIS MITTERRAND", "AVENUE FRANCOIS MITTERRAND"),
    Example("Avenue Fran?ois Mitterrand, c'est où?", "Avenue François Mitterrand, c'est où?"),
    Example("Conseil d{partemental", "Conseil départemental"),
    Example("CH╢TEAU", "CHÂTEAU"),
    Example("Carr\ufffd Z\ufffdbul", "Carré Z\ufffdbul", "lettre_perdue"),
    Example("CHÂTEAU-RENARD", "CHÂTEAU-RENARD"),
    Example("<p>Accès&nbsp;libre<br/>et <b>gratuit</b>.</p>", "Accès libre et gratuit."),
    Example("Saint\\-Jean \\(rive gauche\\)", "Saint-Jean (rive gauche)"),
    Example("**Notre action :** ateliers **numériques**", "Notre action : ateliers numériques"),
    Example("Label 5** et 3 * 4 ** 2", "Label 5** et 3 * 4 ** 2"),
    Example("Accueil\u200b du\u00a0public\x00", "Accueil du public"),
    Example("non", "non"),
    Example(
        '["Ville de Vierzon", "Université d\'Orléans"]', "Ville de Vierzon, Université d'Orléans"
    ),
    Example("[fermé]", "[fermé]"),
    Example("#N/D", "", "texte_vide_de_sens"),
    Example("Non renseigné", "", "texte_vide_de_sens"),
    Example("--", "", "texte_vide_de_sens"),
    Example('=HYPERLINK("http://x.fr")', 'HYPERLINK("http://x.fr")', "formule_desamorcee"),
    Example("- Ateliers du mardi", "Ateliers du mardi", "formule_desamorcee"),
    Example("- de 25 ans", "Moins de 25 ans", "formule_desamorcee"),
    Example("Accès à l?espace d''accueil, c'est où ?", "Accès à l'espace d'accueil, c'est où ?"),
    Example("Rue_x000D_\n des E\u0301coles\\nau fond", "Rue des Écoles au fond"),
)

#: Folded spellings of "nothing"; a text without a letter or a digit is one as well.
PLACEHOLDERS = frozenset(
    fold(word)
    for word in (
        "#N/D", "#N/A", "#NA", "#NOM?", "#NAME?", "#REF!", "#VALEUR!", "#VALUE!", "#DIV/0!",
        "#NUL!", "#NULL!", "N/A", "N.A.", "NA", "N/D", "ND", "NC", "N.C.", "NR", "NSP", "RAS",
        "néant", "x", "xx", "xxx", "null", "none", "nan", "nil", "undefined", "vide", "inconnu",
        "inconnue", "non renseigné", "non renseignée", "non renseignés", "non renseignées",
        "non communiqué", "non communiquée", "non communiqués", "non communiquées",
        "non concerné", "non concernée", "non connu", "non défini", "non disponible",
        "non applicable", "pas de donnée", "pas de données", "sans objet", "à compléter",
        "à renseigner", "à définir", "aucun", "aucune", "(null)", "[null]", "(vide)", "NaT",
        "#CALC!",
        "non précisé", "non précisée", "non spécifié", "non spécifiée", "non indiqué",
        "non indiquée", "non renseigné(e)", "aucune information", "S/O", "TBD",
    )
)  # fmt: skip

# Pairs of letters that wrong decoding makes; ftfy, slower, then judges and repairs.
_SUSPICIOUS = re.compile("[ÃÂ\x80-\x9f]|â[€‚\u0080-\u009f]|Å[“\u0093]|ðŸ|ï»¿")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe0e\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HIDDEN = re.compile(r"<(script|style)\b.{0,5000}?</\1\s*>|<!--.{0,5000}?-->", re.S | re.I)
_INLINE = re.compile(r"</?(?:a|b|em|font|i|small|span|strong|sub|sup|u)(?:\s[^<>]*)?/?>", re.I)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.I)
#: Markdown's emphasis, whole: the stars of « 5** » are none.
_EMPHASIS = re.compile(r"(?<![\w*])\*\*(?=\S)([^*]{1,500})(?<=\S)\*\*(?![\w*])")
_ESCAPE = re.compile(r"\\([^\w\s])")
#: New lines as a spreadsheet's XML or a program's source writes them.
_WRITTEN_OUT = re.compile(r"_x000[dDaA9]_|\\[rnt]")
#: An apostrophe that a conversion made a question mark, or that was doubled for a database.
_LOST_APOSTROPHE = re.compile(
    r"(?<![\w'’])([cdjlmnst]|qu|lorsqu|jusqu|aujourd)(?:\?|'')(?=[aeiouyhàâéèêîôœ])", re.IGNORECASE
)
_COMBINING = re.compile("[\u0300-\u036f]")
_MARKUP = re.compile(r"[<>&\\]")
_FORMULA = re.compile(r"^[=+@\-\s]+")
_AGE_SIGN = re.compile(r"([+-]) ?de (?=[0-9]{1,2}\b)")
_PASSES = 10
#: Text in which there is nothing to repair: most of it.
_PLAIN = re.compile(r"[A-Za-z0-9éèêëàâçîïôùûÉÈÊÀÇ ,.;:'’()/°+@_-]*")
#: Most texts are told from a placeholder by their first letter or digit.
_SIGN = re.compile(r"[^\W_]")
_FIRST_SIGNS = frozenset(word[0] for word in PLACEHOLDERS if word)
#: No placeholder is written longer, signs around it included.
_LONGEST_PLACEHOLDER = 60


def tidy(raw: str) -> str:
    """``raw`` repaired and on one line: no mojibake, HTML, escapes or invisible characters."""
    if _PLAIN.fullmatch(raw):
        return " ".join(raw.split())
    text = raw
    for _ in range(_PASSES):
        after = _one_pass(text)
        if after == text:
            return text
        text = after
    # Markup nested this deep is an attack or a broken export: its signs go altogether.
    return one_line(_MARKUP.sub(" ", text))


def one_line(text: str) -> str:
    """``text`` without invisible characters, every run of white space as one space."""
    return " ".join(_INVISIBLE.sub("", text).split())


def repair_encoding(text: str) -> str:
    """``text`` with wrongly decoded letters restored (``Ã©`` -> ``é``)."""
    if not _SUSPICIOUS.search(text):
        return text
    import ftfy

    repaired: str = ftfy.fix_encoding(text)
    return repaired


def unescape_entities(text: str) -> str:
    """HTML entities that end with a semicolon as characters; ``?a=1&copy=2`` stays itself."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def is_placeholder(text: str) -> bool:
    """Whether a non-empty text says only that there is nothing."""
    first = _SIGN.search(text)
    if first is None:
        return True
    if text.isascii() and first[0].lower() not in _FIRST_SIGNS:
        return False
    return len(text) <= _LONGEST_PLACEHOLDER and fold(text) in PLACEHOLDERS


def disarm(text: str) -> str:
    """``text`` without the leading signs a spreadsheet takes for the start of a formula.

    Where the sign is a word (« - de 25 ans »), the word takes its place.
    """
    if age := _AGE_SIGN.match(text):
        return f"{'Plus' if age[1] == '+' else 'Moins'} de {text[age.end() :]}"
    return _FORMULA.sub("", text)


def shorten(text: str, limit: int, ellipsis: str = "") -> str:
    """``text`` in at most ``limit`` characters, cut between two words where that is possible."""
    if len(text) <= limit:
        return text
    room = limit - len(ellipsis)
    head = text[: room + 1].rpartition(" ")[0] or text[:room]
    return head.rstrip(" ,;:-–—/\\(&<") + ellipsis


def settle(text: str) -> Cleaned:
    """The verdict on a tidy text: a placeholder, a disarmed formula or itself."""
    if not text:
        return Cleaned("")
    if is_placeholder(text):
        return Cleaned("", "texte_vide_de_sens")
    safe = disarm(text)
    if safe != text:
        if is_placeholder(safe):
            return Cleaned("", "texte_vide_de_sens")
        return Cleaned(safe, "formule_desamorcee")
    return Cleaned(text, "lettre_perdue" if letters.is_damaged(text) else "")


def clean(raw: str) -> Cleaned:
    """Free text on one line, without markup, placeholders or formulas."""
    text = tidy(", ".join(listed(raw)) or raw)
    if not text and raw.strip():
        return Cleaned("", "texte_vide_de_sens")
    return settle(text)


def _one_pass(text: str) -> str:
    if _COMBINING.search(text):
        text = unicodedata.normalize("NFC", text)
    text = _LOST_APOSTROPHE.sub(r"\1'", _WRITTEN_OUT.sub(" ", text))
    text = letters.restore(unescape_entities(repair_encoding(text)))
    if "<" in text:
        text = _TAG.sub(" ", _INLINE.sub("", _HIDDEN.sub(" ", text)))
    if "**" in text:
        text = _EMPHASIS.sub(r"\1", text)
    return one_line(_ESCAPE.sub(r"\1", text))
