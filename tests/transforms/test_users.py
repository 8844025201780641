"""The history of a user follows from what the versions say and since when, not from how they came."""

from datetime import datetime
from itertools import permutations

at = datetime.fromisoformat

BONN = {"user_id": "u1", "updated_at": "2025-11-01 00:00:00", "city": "Bonn", "country": "DE"}
MOVED = {"user_id": "u1", "updated_at": "2025-11-05 12:00:00", "city": "Lyon", "country": "FR"}
BACK = {"user_id": "u1", "updated_at": "2025-11-09 00:00:00", "city": "Bonn", "country": "DE"}
HISTORY = [
    (1, at("2025-11-01"), at("2025-11-05 12:00"), False, "Bonn"),
    (2, at("2025-11-05 12:00"), at("2025-11-09"), False, "Lyon"),
    (3, at("2025-11-09"), None, True, "Bonn"),
]


def history(world):
    return world.rows("dim_users", "version_number", "valid_from", "valid_to", "is_current", "city")


def test_versions_in_any_order_and_told_twice_give_the_same_history(warehouse):
    for order in permutations([BONN, MOVED, BACK]):
        users = [{**version, "batch_id": f"b{place}"} for place, version in enumerate([*order, MOVED])]
        assert history(warehouse(users=users)) == HISTORY


def test_a_version_that_comes_late_falls_into_its_place(warehouse):
    assert history(warehouse(users=[BONN, BACK])) == [(1, at("2025-11-01"), None, True, "Bonn")]
    assert history(warehouse(users=[BONN, BACK, {**MOVED, "batch_id": "b2"}])) == HISTORY


def test_of_two_versions_of_one_instant_the_content_decides(warehouse):
    other = {**BONN, "city": "Köln"}
    for users in ([BONN, other], [other, BONN]):
        assert history(warehouse(users=users)) == [(1, at("2025-11-01"), None, True, "Bonn")]


def test_name_mail_and_street_never_leave_the_raw_table(warehouse):
    personal = {"email": "ann@example.org", "full_name": "Ann Example", "street_address": "Somewhere 1"}
    world = warehouse(users=[{**BONN, **personal}, {**MOVED, **personal, "street_address": "Elsewhere 2"}])
    for model in ("stg_users", "dim_users"):
        assert not {"email", "full_name", "street_address"} & set(world.dicts(model)[0])
        assert not [row for row in world.rows(model) if "Ann Example" in row or "ann@example.org" in row]


def test_a_change_of_nothing_but_personal_data_is_no_change(warehouse):
    moved_house = {**BONN, "updated_at": "2025-11-02 00:00:00", "street_address": "Next door 2"}
    assert history(warehouse(users=[BONN, moved_house])) == [(1, at("2025-11-01"), None, True, "Bonn")]


def test_a_user_seen_in_events_only_is_there_from_the_first_event_on(warehouse):
    world = warehouse(
        users=[BONN],
        events=[
            {"user_id": "u1", "event_timestamp": "2025-10-01 09:00:00"},
            {"user_id": "u2", "event_timestamp": "2025-11-02 10:00:00"},
            {"user_id": "u2", "event_timestamp": "2025-11-01 10:00:00"},
            {"anonymous_id": "ann", "event_timestamp": "2025-11-01 10:00:00"},
        ],
    )
    assert world.rows("dim_users", "user_id", "valid_from", "is_current", "is_inferred", "city") == [
        ("u1", at("2025-11-01"), True, False, "Bonn"),
        ("u2", at("2025-11-01 10:00"), True, True, None),
    ]


def test_the_check_finds_a_user_who_is_two_things_at_a_time(warehouse):
    world = warehouse(users=[BONN, MOVED, BACK])
    assert world.failures("a_user_is_one_thing_at_a_time") == []
    world.sql("update marts.dim_users set valid_to = valid_to + interval 1 day where version_number = 1")
    assert world.failures("a_user_is_one_thing_at_a_time") == [("u1",)]
