"""How admins' changes of the forbidden topics lie over the folder's list."""

from bot.people.changes.topics import TopicChanges
from bot.tenant.model import Topic

POLITICS, RELIGION = Topic(name="политика", words=("депутат",)), Topic(name="религия", words=("коран",))
VAPES = Topic(name="вейпы", words=("вейп",), phrases=("электронная сигарета",))
FILE = (POLITICS, RELIGION)


def test_an_added_topic_comes_after_those_of_the_folder_and_is_read_back_from_its_json() -> None:
    changes = TopicChanges().adding(VAPES)
    assert changes.over(FILE) == (*FILE, VAPES)
    assert TopicChanges.of(changes.to_json()) == changes


def test_a_topic_of_the_folder_is_set_aside_and_put_back() -> None:
    changes = TopicChanges().removing("политика")
    assert changes.over(FILE) == (RELIGION,)
    assert changes.restoring("политика").over(FILE) == FILE


def test_an_added_topic_that_is_removed_leaves_nothing_behind() -> None:
    assert TopicChanges().adding(VAPES).removing("вейпы") == TopicChanges()


def test_a_topic_that_the_folder_gains_counts_beside_the_changes() -> None:
    changes = TopicChanges().adding(VAPES)
    assert changes.over((POLITICS,)) == (POLITICS, VAPES)
