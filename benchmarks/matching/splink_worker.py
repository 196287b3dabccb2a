"""Runs in Splink's own environment: learns on train.parquet, then judges rows.parquet.

    python splink_worker.py score|predict FOLDER LEAST

``score`` judges pairs.parquet [a, b]; ``predict`` finds its own pairs and keeps those at or over
LEAST. Both write scores.parquet [a, b, probability] and model.json, and print one line of JSON.
"""

import json
import logging
import resource
import sys
import time
from pathlib import Path

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

SEED = 1
RANDOM_PAIRS = 3_000_000
#: A commune of at most so many rows is one block.
SMALL_COMMUNE = 40
#: A word borne by more rows than this in one commune links nothing.
COMMON_WORD = 30
#: Of the true pairs, the share that the three sure rules below find: a guess that only moves
#: the prior.
SURE_RULES_RECALL = 0.6
#: Of the true pairs, the share whose communes differ and whose points are far apart: a guess.
OTHER_COMMUNE = 0.01
#: One point in a cell of about a kilometre, in four grids shifted by half a cell: two points
#: less than half a kilometre apart share at least one.
CELLS = """[
  'a' || floor(lat / 0.01)::int || '_' || floor(lon / 0.015)::int,
  'b' || floor(lat / 0.01 + 0.5)::int || '_' || floor(lon / 0.015)::int,
  'c' || floor(lat / 0.01)::int || '_' || floor(lon / 0.015 + 0.5)::int,
  'd' || floor(lat / 0.01 + 0.5)::int || '_' || floor(lon / 0.015 + 0.5)::int]"""
JACCARD = (
    "(len(list_intersect(mots_l, mots_r))::double "
    "/ nullif(len(list_distinct(list_concat(mots_l, mots_r))), 0))"
)


def _level(sql: str, label: str) -> cll.CustomLevel:
    return cll.CustomLevel(sql, label_for_charts=label)


def comparisons() -> list[cl.CustomComparison]:
    jaro = "jaro_winkler_similarity"
    name = [
        cll.NullLevel("nom"),
        cll.ExactMatchLevel("nom", term_frequency_adjustments=True),
        _level(f"{jaro}(nom_l, nom_r) >= 0.94 or {JACCARD} >= 0.75", "nearly"),
        _level(f"{jaro}(nom_l, nom_r) >= 0.88 or {JACCARD} >= 0.5", "much"),
        _level(
            "len(list_intersect(mots_l, mots_r)) = least(len(mots_l), len(mots_r))", "one in other"
        ),
        _level(f"{jaro}(nom_l, nom_r) >= 0.78 or {JACCARD} >= 0.25", "some"),
        cll.ElseLevel(),
    ]
    alike = f"{jaro}(voie_l, voie_r) >= 0.9"
    # Address, distance and commune say one thing: apart, their evidence would be counted twice.
    place = [
        _level(
            "(adresse_l is null or adresse_r is null) and (lat_l is null or lat_r is null)",
            "unknown",
        ).configure(is_null_level=True),
        _level("adresse_l = adresse_r and famille_l = famille_r", "same address"),
        _level(f"numero_l = numero_r and {alike} and famille_l = famille_r", "same door"),
        _level(
            f"(numero_l is null or numero_r is null) and {alike} and famille_l = famille_r",
            "same street, a number missing",
        ),
        cll.DistanceInKMLevel("lat", "lon", 0.03),
        cll.DistanceInKMLevel("lat", "lon", 0.1),
        _level(f"{alike} and famille_l = famille_r", "same street, other number"),
        cll.DistanceInKMLevel("lat", "lon", 0.4),
        cll.DistanceInKMLevel("lat", "lon", 1.5),
        _level("famille_l = famille_r", "same commune"),
        # Every session is within a commune, and cannot learn how often one place is told in two.
        cll.ElseLevel().configure(m_probability=OTHER_COMMUNE, fix_m_probability=True),
    ]
    return [
        cl.CustomComparison(name, "nom"),
        cl.CustomComparison(place, "lieu"),
        cl.CustomComparison(
            [
                cll.NullLevel("genres"),
                _level("list_sort(genres_l) = list_sort(genres_r)", "same kinds"),
                cll.ArrayIntersectLevel("genres", 1),
                cll.ElseLevel(),
            ],
            "genres",
        ),
        cl.CustomComparison(
            [
                cll.NullLevel("telephone"),
                cll.ExactMatchLevel("telephone", term_frequency_adjustments=True),
                cll.ElseLevel(),
            ],
            "telephone",
        ),
        cl.CustomComparison(
            [
                cll.NullLevel("courriel"),
                cll.ExactMatchLevel("courriel", term_frequency_adjustments=True),
                cll.ExactMatchLevel("domaine", term_frequency_adjustments=True),
                cll.ElseLevel(),
            ],
            "courriel",
        ),
        cl.CustomComparison(
            [
                cll.NullLevel("site"),
                cll.ExactMatchLevel("site", term_frequency_adjustments=True),
                _level("split_part(site_l, '/', 1) = split_part(site_r, '/', 1)", "same host"),
                cll.ElseLevel(),
            ],
            "site",
        ),
        cl.CustomComparison(
            [
                cll.NullLevel("siret"),
                cll.ExactMatchLevel("siret", term_frequency_adjustments=True),
                cll.ExactMatchLevel("siren", term_frequency_adjustments=True),
                cll.ElseLevel(),
            ],
            "siret",
        ),
    ]


def blocking() -> list[object]:
    return [
        block_on("petite_commune"),
        block_on("cellules", arrays_to_explode=["cellules"]),
        block_on("famille", "mots_rares", arrays_to_explode=["mots_rares"]),
        block_on("telephone"),
        block_on("famille", "site"),
    ]


def settings(rules: list[object], prior: float = 0.0001) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons(),
        blocking_rules_to_generate_predictions=rules,
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
    )


def learnt(folder: Path) -> dict[str, object]:
    """The model of train.parquet as Splink's own JSON."""
    api = DuckDBAPI()
    _keys(api, folder / "train.parquet", "train")
    linker = Linker(api.register("train"), settings(blocking()), log_level=logging.ERROR)
    training = linker.training
    sure = [
        block_on("nom", "voie", "famille"),
        block_on("telephone", "nom"),
        block_on("courriel", "voie"),
    ]
    training.estimate_probability_two_random_records_match(sure, recall=SURE_RULES_RECALL)
    training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    # ``bloc`` is the commune again: a comparison is not learnt where its own column blocks.
    rules = [
        block_on("bloc", "nom"),
        block_on("bloc", "telephone"),
        block_on("bloc", "courriel"),
        block_on("bloc", "site"),
    ]
    for rule in rules:
        training.estimate_parameters_using_expectation_maximisation(
            rule, record_sample_proportion=1.0
        )
    return dict(linker.misc.save_model_to_json())


def _keys(api: DuckDBAPI, path: Path, table: str) -> None:
    """The table with the columns that only blocking uses."""
    api.duckdb_con.execute(
        f"""
        create or replace table {table} as
        with numbered as (select * from read_parquet('{path}')),
        words as (select famille, word, count(*) as n
                  from (select famille, unnest(mots) as word from numbered) group by all),
        rare as (select unique_id, list(word) as mots_rares
                 from (select unique_id, famille, unnest(mots) as word from numbered)
                 join words using (famille, word) where n <= {COMMON_WORD} group by unique_id),
        sizes as (select famille, count(*) as n from numbered group by all)
        select numbered.*, famille as bloc, coalesce(mots_rares, []::varchar[]) as mots_rares,
               case when lat is null then []::varchar[] else {CELLS} end as cellules,
               case when sizes.n <= {SMALL_COMMUNE} then famille end as petite_commune
        from numbered left join rare using (unique_id) left join sizes using (famille)
        order by unique_id
        """
    )


def main() -> None:
    way, folder, least = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    logging.disable(logging.WARNING)
    start = time.perf_counter()
    model = learnt(folder)
    trained = time.perf_counter()
    api = DuckDBAPI()
    _keys(api, folder / "rows.parquet", "rows")
    if way == "score":
        # One key a pair, borne by its two rows: exactly these pairs are then judged.
        pairs = folder / "pairs.parquet"
        api.duckdb_con.execute(
            f"""
            create or replace table rows as
            with pairs as (select a, b, row_number() over () as pair from '{pairs}'),
            borne as (select a as unique_id, pair from pairs
                     union all select b, pair from pairs),
            keyed as (select unique_id, list(pair) as paires from borne group by all)
            select rows.*, coalesce(paires, []::bigint[]) as paires
            from rows left join keyed using (unique_id) order by unique_id
            """
        )
        rule = block_on("paires", arrays_to_explode=["paires"])
        model["blocking_rules_to_generate_predictions"] = [rule.create_blocking_rule_dict("duckdb")]
        least = 0.0
    linker = Linker(api.register("rows"), model, log_level=logging.ERROR)
    judged = linker.inference.predict(threshold_match_probability=least)
    scores = folder / "scores.parquet"
    count = api.duckdb_con.execute(
        f"""copy (select least(unique_id_l, unique_id_r) as a, greatest(unique_id_l, unique_id_r)
            as b, match_probability as probability from {judged.physical_name})
            to '{scores}' (format parquet)"""
    ).fetchone()[0]
    done = time.perf_counter()
    (folder / "model.json").write_text(json.dumps(model))
    told = {
        "rows": api.duckdb_con.execute("select count(*) from rows").fetchone()[0],
        "pairs": count,
        "train_seconds": trained - start,
        "predict_seconds": done - trained,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
