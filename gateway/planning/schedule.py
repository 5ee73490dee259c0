"""When drafts can start, and which of them may wait for which: worked out once per state."""

from gateway.planning.drafts import Draft, Drafts


class Schedule:
    """The order of drafts as it is until some are joined; then ask for `renewed`."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self._needs = {draft: drafts.needs(draft) for draft in drafts.all}
        self.levels = drafts.levels()
        self._depth = max(self.levels.values(), default=0)
        self._tails = self._longest_after()

    def renewed(self) -> "Schedule":
        """The schedule of what the drafts are now."""
        return Schedule(self._drafts)

    def may_wait(self, first: Draft, second: Draft) -> bool:
        """Whether the earlier of two drafts can start with the later, and the plan end no later."""
        early, late = sorted((first, second), key=self.levels.__getitem__)
        if self.levels[late] + self._tails[early] > self._depth:
            return False
        return not self._waits(late, early)

    def _longest_after(self) -> dict[Draft, int]:
        """How many drafts follow each other after each."""
        tails = dict.fromkeys(self._needs, 0)
        for draft in sorted(self._needs, key=self.levels.__getitem__, reverse=True):
            for needed in self._needs[draft]:
                tails[needed] = max(tails[needed], tails[draft] + 1)
        return tails

    def _waits(self, draft: Draft, needed: Draft) -> bool:
        """Whether a draft waits for another, directly or not."""
        seen: set[Draft] = set()
        waiting = [draft]
        while waiting:
            for each in self._needs[waiting.pop()]:
                if each is needed:
                    return True
                if each not in seen and self.levels[each] > self.levels[needed]:
                    seen.add(each)
                    waiting.append(each)
        return False
