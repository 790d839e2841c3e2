"""Compares everything that clients were told with what the database holds in the end."""

import collections
import json

from load import placed
from topology import REPOSITORY

SQL = REPOSITORY / "Tests" / "OrderStoreTests" / "sql"


def check(load, sql):
    """What is wrong, each in a line; `sql` asks the database of the service."""
    findings = list(load.faults)
    findings += [f"no answer in time: {silence}" for silence in load.silences]
    for name in ("invariants", "feed_invariants"):
        text = (SQL / f"{name}.sql").read_text()
        findings += [f"{name}: {row}" for row in rows(sql, text)]
    findings += check_answers(load.operations)
    findings += check_orders(load.operations, sql)
    findings += check_keys(load.operations, sql)
    findings += check_deliveries(load.operations, sql)
    findings += check_moves(load.operations, sql)
    findings += check_cancellations(load.operations, sql)
    findings += check_feed(load.followers, sql)
    return findings


def rows(sql, text):
    return [line for line in sql(text).splitlines() if line]


def check_answers(operations):
    """One key, one answer; and nothing that was acknowledged is not found."""
    for operation in operations:
        if not operation.answers:
            yield f"{operation.key}: no definite answer"
        elif len({(status, body) for status, body in operation.answers}) > 1:
            yield f"{operation.key}: two answers: {operation.answers}"
        elif not operation.succeeded and operation.status != 409 and not is_sold_out(operation):
            yield f"{operation.key}: {operation.answers[0]}"


def is_sold_out(operation):
    """The shop says so with 404."""
    return operation.contract == "shop" and operation.places and (
        operation.status == 404 and "#out_of_stock" in operation.answers[0][1])


def check_orders(operations, sql):
    """Every order that was acknowledged is there, once, as it was asked for; and no other."""
    stored = collections.Counter()
    quantities = {}
    for line in rows(sql, """
            SELECT json_build_array(channel, id, number, reference, total_quantity)
              FROM orders"""):
        channel, order, number, reference, quantity = json.loads(line)
        name = {"fulfilment": reference, "store": str(number)}.get(channel, order)
        stored[channel, name] += 1
        quantities[channel, name] = quantity
    told = collections.Counter()
    for operation in operations:
        if not operation.has_placed:
            continue
        name = (operation.contract, placed(operation))
        told[name] += 1
        if name in stored and quantities[name] != wanted(operation):
            yield f"{operation.key}: {quantities[name]} of {wanted(operation)} units"
    for name in told.keys() - stored.keys():
        yield f"acknowledged and lost: {name}"
    for name in stored.keys() - told.keys():
        yield f"placed and nobody was told of it: {name}"
    for name, count in [*told.items(), *stored.items()]:
        if count > 1:
            yield f"{name} is there {count} times"


def check_keys(operations, sql):
    """Every answer is kept under its key; what is not kept would be done again."""
    kept = collections.Counter(rows(sql, "SELECT key FROM idempotency_keys"))
    answered = {operation.key: operation for operation in operations if operation.status}
    for key in answered.keys() - kept.keys():
        yield f"answered and not kept: {answered[key].line()}"
    for key in kept.keys() - answered.keys():
        yield f"kept and not answered: {key}"
    for key, count in kept.items():
        if count > 1:
            yield f"{key} is kept {count} times"


def wanted(operation):
    """How many units the order has, as its client was told."""
    answer = json.loads(operation.answers[0][1])
    if operation.contract == "fulfilment":
        return 0
    if operation.contract == "store":
        return 1
    if operation.contract == "shop":
        return sum(line["product_count"] for line in answer["products"])
    lines = operation.body.get("items") or operation.body.get("products")
    return sum(line["quantity"] for line in lines)


def check_deliveries(operations, sql):
    """Every delivery that was acknowledged is there, once, with its number of units; and no
    other."""
    told = collections.Counter(
        (operation.path.split("/")[2], operation.body["delta"]) for operation in operations
        if operation.path.endswith("/stock") and operation.succeeded)
    stored = collections.Counter(tuple(json.loads(line)) for line in rows(sql, """
        SELECT json_build_array(product_id, delta) FROM stock_adjustments
         WHERE cause = 'adjusted'"""))
    return differences("deliveries of", told, stored)


# A status of the storefront as the database has it.
STATUSES = {"processing": "new", "delivered": "completed", "canceled": "cancelled"}


def check_moves(operations, sql):
    """Every change of a status that was acknowledged has been made, once; and no other."""
    told = collections.Counter()
    for operation in operations:
        if operation.path.endswith("/status") and operation.succeeded:
            status = operation.body["status"]
            if operation.contract == "storefront":
                status = STATUSES[status]
            told[operation.path.split("/")[-2], status] += 1
    # The storefront's orders may go from any status to any; one to the same is an event as well.
    stored = collections.Counter(tuple(json.loads(line)) for line in rows(sql, """
        SELECT json_build_array(e.order_id, e.to_status)
          FROM order_events AS e JOIN orders AS o ON o.id = e.order_id
         WHERE e.what IN ('moved', 'touched') AND o.channel IN ('api', 'storefront')"""))
    return differences("changes of status", told, stored)


def check_cancellations(operations, sql):
    """Every order of the shop that was acknowledged as cancelled is, once; and no other. To cancel
    it again succeeds and changes nothing."""
    told = collections.Counter({
        operation.path.split("/")[-1] for operation in operations
        if operation.method == "DELETE" and operation.succeeded})
    stored = collections.Counter(rows(sql, """
        SELECT e.order_id FROM order_events AS e JOIN orders AS o ON o.id = e.order_id
         WHERE e.what = 'moved' AND o.channel = 'shop' AND o.status = 'cancelled'"""))
    return differences("cancellations of", told, stored)


def differences(what, told, stored):
    """Of what there are not as many as were acknowledged."""
    for name in told.keys() | stored.keys():
        if told[name] != stored[name]:
            yield f"{what} {name}: {told[name]} acknowledged, {stored[name]} there"


def check_feed(followers, sql):
    """Every follower has seen the same, without a gap, and what the database has."""
    whole = [tuple(json.loads(line)) for line in rows(sql, """
        SELECT json_build_array(feed_position, 'evt_' || replace(cursor, '-', '_'))
          FROM feed(0, 10000000) ORDER BY feed_position""")]
    for number, follower in enumerate(followers, 1):
        name = f"follower {number} of port {follower.port}"
        if not follower.has_caught_up:
            yield f"{name} has not come to the end"
        positions = [position for position, _ in follower.events]
        if positions != list(range(1, len(positions) + 1)):
            yield f"{name} has seen a gap or something twice"
        fork = next((pair for pair in zip(follower.events, whole) if pair[0] != pair[1]), None)
        if fork:
            yield f"{name} has seen {fork[0]}, the feed has {fork[1]}"
        # It asked again with the same cursor; one that was not accepted then has been told above.
        if follower.has_caught_up and follower.refused:
            yield f"{name} was refused, and no history had changed: {follower.refused}"
        if len(follower.events) != len(whole):
            yield f"{name} has seen {len(follower.events)} events of {len(whole)}"
