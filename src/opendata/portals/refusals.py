"""What no second attempt cures: a server of another kind, a key without the right, a refusal."""

from opendata.errors import UsageError
from opendata.language import Text
from opendata.model import Portal
from opendata.portals.client import PortalError, TroubleError


def stranger(portal: Portal, expected: Text) -> UsageError:
    """``url`` leads to something else than what is ``expected`` ("un CKAN", "a CKAN")."""
    return UsageError(
        "adresse_d_un_autre_service",
        fr=f"Cette adresse ne répond pas comme {expected.fr} : vérifiez « url » ({portal.url}) "
        f"dans [portals.{portal.kind}].",
        en=f"This address does not answer as {expected.en} does: check “url” ({portal.url}) in "
        f"[portals.{portal.kind}].",
    )


def no_right(dataset: str, portal: Portal, key: Text) -> PortalError:
    """The account of the key does not publish for the organization; ``key`` names the key."""
    return PortalError(
        "cle_sans_droit",
        fr=f"{dataset} : {key.fr} n'a pas le droit de publier pour l'organisation "
        f"« {portal.organization} » de {portal.url} : demandez-le à un administrateur de "
        f"l'organisation, ou corrigez « organization » dans [portals.{portal.kind}] ; rien n'a "
        "été changé sur le portail.",
        en=f"{dataset}: {key.en} has no right to publish for the organization "
        f"“{portal.organization}” of {portal.url}: ask an administrator of the organization for "
        f"it, or correct “organization” in [portals.{portal.kind}]; nothing was changed on the "
        "portal.",
    )


def what_next(trouble: TroubleError, variable: str, file: str) -> Text:
    """How a push that stopped goes on, as the end of a sentence.

    ``variable`` holds the key, ``file`` describes the dataset. A refusal would come again: what it
    is about has to be corrected first.
    """
    if not trouble.refused:
        return Text(
            "la même commande reprendra là où elle en est",
            "the same command will go on from there",
        )
    if trouble.absent:
        return Text(
            "quelque chose y a été supprimé entre-temps, la même commande fera un plan d'après ce "
            "qu'il en reste",
            "something was deleted there meanwhile, the same command will make a plan from what "
            "is left of it",
        )
    cause = _CAUSES.get(trouble.status, _CAUSES[400])
    return Text(
        cause.fr.format(variable=variable, file=file)
        + ", puis relancez la même commande : sans cela le même refus reviendra",
        cause.en.format(variable=variable, file=file)
        + ", then run the same command: otherwise the same refusal will come again",
    )


_CAUSES = {
    400: Text(
        "corrigez d'abord ce que le portail refuse (dans {file}, en republiant ensuite, ou sur le "
        "portail)",
        "first correct what the portal refuses (in {file}, then publish again, or on the portal)",
    ),
    401: Text(
        "mettez d'abord une clé valable dans {variable}", "first put a valid key in {variable}"
    ),
    403: Text(
        "demandez d'abord ce droit à un administrateur de l'organisation, ou changez la clé de "
        "{variable}",
        "first ask an administrator of the organization for this right, or change the key of "
        "{variable}",
    ),
}
