"""Checks what became of trades against the books of the two ledgers alone: nothing lost, nobody paid twice, nothing
left in escrow. What the engine says of a trade is compared with that, never believed."""

from collections import Counter, defaultdict

from devnet_pair import ASSETS, BALANCES, EXCHANGERS, FEE, RATE

NO_EFFECTS = {"holds": 0, "payments": 0, "releases": 0, "refunds": 0, "reclaims": 0}
TRADE_DIGITS = 32  # of a ref, hexadecimal; the leg's number follows with 4, and the engine's tag with 28
LEG_DIGITS = 4


def legs_of(request):
    """The movements that a request asks for: (ledger, payer, payee, units, is_pivot), in the order of the legs."""
    if request["scenario"] == "pvp":
        return [(leg["ledger"], leg["from"], leg["to"], int(leg["amount"]["units"]), False) for leg in request["legs"]]
    units = int(request["amount"]["units"])
    held = (units * RATE[0] + RATE[1] - 1) // RATE[1] + FEE
    return [("a-coin", request["payer"], "exchanger", held, False),
            ("b-coin", EXCHANGERS[request["profile"]], request["merchant"], units, True)]


class Audit:
    def __init__(self, books, effects):
        """Both by ledger, as the ledgers answered them."""
        self.books = books
        self.violations = []
        self.effects = {}
        self.tags = set()
        self.changes = defaultdict(int)
        self.counts = Counter()
        for ledger, lines in effects.items():
            for line in lines:
                ref = line["ref"]
                self.tags.add(ref[TRADE_DIGITS + LEG_DIGITS:])
                key = (ledger, ref[:TRADE_DIGITS], int(ref[TRADE_DIGITS:TRADE_DIGITS + LEG_DIGITS], 16))
                self.effects[key] = {name: count for name, count in line.items() if name != "ref"}

    def check(self, requests, phases):
        """`requests` and `phases` by trade id. Returns the violations."""
        for trade, request in requests.items():
            self.check_trade(trade, legs_of(request), phases[trade])
        for ledger, books in self.books.items():
            self.check_ledger(ledger, books)
        for ledger, trade, leg in self.effects:
            if trade not in requests:
                self.violations.append(f"{ledger}: leg {leg} of {trade} took effect, and nobody asked for that trade")
        if len(self.tags) > 1:
            self.violations.append(f"the refs have several engine tags: {self.tags}")
        return self.violations

    def check_trade(self, trade, legs, phase):
        def complain(what):
            self.violations.append(f"trade {trade} ({phase}): {what}: {effects}")
        effects = [self.effects.get((leg[0], trade, index), NO_EFFECTS) for index, leg in enumerate(legs)]
        holds = [found for found, leg in zip(effects, legs) if not leg[4]]
        pivots = [found for found, leg in zip(effects, legs) if leg[4]]
        for found in holds:
            if found["holds"] > 1 or found["payments"]:
                complain("a hold was placed twice, or paid")
            if found["holds"] != found["releases"] + found["refunds"] or found["reclaims"]:
                complain("a hold was not ended exactly once")
        for found in pivots:
            if found["payments"] > 1 or found["holds"] or found["releases"] or found["refunds"]:
                complain("the payee was paid twice, or not by a payment")
        released = sum(found["releases"] for found in holds)
        paid = sum(found["payments"] for found in pivots)
        if released not in (0, len(holds)):
            complain("some holds were released and others were not")
        if pivots and released != paid:
            complain("the exchanger got the payer's value without paying, or the other way round")
        held = sum(found["holds"] for found in holds)
        truth = "settled" if released else "refunded" if held else "rejected"
        self.counts[truth] += 1
        if truth != phase:
            complain(f"the ledgers say {truth}")
        for found, (ledger, payer, payee, units, is_pivot) in zip(effects, legs):
            times = found["payments" if is_pivot else "releases"]
            self.changes[ledger, payer] -= times * units
            self.changes[ledger, payee] += times * units

    def check_ledger(self, ledger, books):
        issued = sum(BALANCES[ledger].values())
        [asset] = books["assets"]
        in_accounts = sum(int(line["now"]) for line in books["accounts"])
        if asset["asset"] != ASSETS[ledger] or int(asset["issued"]) != issued or in_accounts != issued:
            self.violations.append(f"{ledger}: {in_accounts} of {issued} are in the accounts")
        if asset["in_escrow"] != "0" or books["open_holds"]:
            self.violations.append(f"{ledger}: {asset['in_escrow']} are still held: {books['open_holds'][:3]}")
        for line in books["accounts"]:
            before = BALANCES[ledger].get(line["account"], 0)
            expected = before + self.changes[ledger, line["account"]]
            if int(line["at_genesis"]) != before or int(line["now"]) != expected:
                self.violations.append(f"{ledger}: {line['account']} has {line['now']}, had {before}, and should have "
                                       f"{expected} by the effects that the ledger reports")
