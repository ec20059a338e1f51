// The trade machine (section 9): the phase of a trade is the fold of its events over its plan. Written from the table; the
// functions below are its rows, one for each pair of phase and event.
import { equal, hex, is_zero, refuse } from './bytes.mjs';

const kRetriesMax = 50;
const kUint16 = 2;

// progress of a leg, in releasing and refunding: may_land, ending, ended, void; null before.
export function start(plan) {
  const legs = plan.legs.map(() => ({ key: null, progress: null, failures: 0 }));
  const state = { plan, legs, phase: 'preparing', reason: null, recorded: false, cancelled: false };
  if (plan.returned) {
    start_refunding(state, 'returned');
    legs[0] = { key: plan.returned.hold_key, progress: 'ending', failures: 0 };
  }
  return state;
}

// Changes the state by one event, or refuses with invalid_transition.
export function advance(state, event) {
  switch (event.type) {
    case 'outcome_final':
      return on_outcome(state, event.ledger, event.outcome);
    case 'movement_dead':
    case 'movement_refused':
      return on_lost_movement(state, event);
    case 'prepare_deadline_passed':
      if (state.phase === 'preparing') start_refunding(state, 'prepare_deadline');
      return;
    case 'cancel_requested':
      if (state.phase === 'preparing') start_refunding(state, 'cancelled');
      else if (state.phase === 'deciding') state.cancelled = true;
      return;
    case 'decided':
      return on_decided(state, event.decision);
    case 'started':
      return;
  }
}

const is_terminal = (phase) => ['settled', 'refunded', 'rejected', 'suspended'].includes(phase);

function start_refunding(state, reason, gone = -1, gone_progress = null) {
  state.phase = 'refunding';
  state.reason = reason;
  state.recorded = false;
  state.legs.forEach((leg, i) => {
    if (state.plan.legs[i].role === 'pivot') leg.progress = 'void';
    else if (i === gone) leg.progress = gone_progress;
    else leg.progress = leg.key ? 'ending' : 'may_land';
  });
}

function start_releasing(state) {
  state.phase = 'releasing';
  state.recorded = false;
  state.legs.forEach((leg, i) => (leg.progress = state.plan.legs[i].role === 'hold' ? 'ending' : 'void'));
}

// An exact payment is the decision: none is recorded besides.
function commit(state) {
  start_releasing(state);
  state.recorded = true;
  finish(state);
}

function finish(state) {
  if (!state.recorded) return;
  if (!state.legs.every(({ progress }) => progress === 'ended' || progress === 'void')) return;
  if (state.phase === 'releasing') state.phase = 'settled';
  else state.phase = state.legs.some(({ progress }) => progress === 'ended') ? 'refunded' : 'rejected';
}

function end_leg(state, leg, progress) {
  leg.progress = progress;
  finish(state);
}

function retry(state, leg) {
  if (state.recorded && ++leg.failures >= kRetriesMax) state.phase = 'suspended';
}

// --- which leg an outcome concerns

function leg_of_ref({ plan }, ref, role) {
  if (!equal(ref.subarray(0, 16), plan.trade) || !equal(ref.subarray(16 + kUint16), plan.tag)) return -1;
  const index = ref[16] * 256 + ref[17];
  return index < plan.legs.length && plan.legs[index].role === role ? index : -1;
}

function leg_of_key(state, key) {
  if (is_zero(key)) return -1;
  const counts =
    state.phase === 'preparing' || state.phase === 'deciding'
      ? () => true
      : ({ progress }) => progress === 'ending' || progress === 'ended';
  return state.legs.findIndex((leg) => leg.key && counts(leg) && equal(leg.key, key));
}

function leg_of_outcome(state, ledger, outcome) {
  let index;
  if (outcome.kind === 'hold') index = leg_of_ref(state, outcome.ref, 'hold');
  else if (outcome.kind === 'payment') index = leg_of_ref(state, outcome.ref, 'pivot');
  else index = leg_of_key(state, outcome.hold_key);
  return index >= 0 && state.plan.legs[index].ledger === ledger ? index : -1;
}

const fits = (leg, outcome) =>
  outcome.asset === leg.asset && outcome.from === leg.payer && outcome.to === leg.payee &&
  outcome.amount === leg.amount && outcome.reclaim_after >= leg.reclaim_after;

const is_failed_own_hold = (leg, outcome) =>
  outcome.kind === 'hold' && !outcome.ok && leg.placement === 'engine' && outcome.from === leg.payer;

// --- outcomes

function on_outcome(state, ledger, outcome) {
  if (is_terminal(state.phase)) return;
  const index = leg_of_outcome(state, ledger, outcome);
  if (index < 0) return;
  if (outcome.kind === 'hold' && outcome.ok && is_zero(outcome.hold_key)) return;
  const rows = { preparing: outcome_preparing, deciding: outcome_deciding, releasing: outcome_releasing, refunding: outcome_refunding };
  rows[state.phase](state, index, state.plan.legs[index], state.legs[index], outcome);
}

function outcome_preparing(state, index, planned, leg, outcome) {
  const { kind, ok } = outcome;
  if (kind === 'hold' && !ok) {
    if (!leg.key && is_failed_own_hold(planned, outcome)) start_refunding(state, 'hold_failed', index, 'void');
  } else if (kind === 'hold') {
    if (!leg.key && fits(planned, outcome)) take_hold(state, leg, outcome.hold_key);
  } else if (kind === 'release' && ok) {
    state.phase = 'suspended';
  } else if (kind === 'refund' && ok) {
    start_refunding(state, 'hold_failed', index, 'ended');
  } else if (kind === 'payment' && ok && outcome.from === planned.payer) {
    state.phase = 'suspended';
  }
}

function take_hold(state, leg, key) {
  leg.key = key;
  const { legs } = state.plan;
  if (!legs.every(({ role }, i) => role === 'pivot' || state.legs[i].key)) return;
  if (legs.some(({ role }) => role === 'pivot')) state.phase = 'deciding';
  else start_releasing(state);
}

function outcome_deciding(state, index, planned, leg, outcome) {
  const { kind, ok } = outcome;
  if ((kind === 'release' || kind === 'refund') && ok) {
    state.phase = 'suspended';
  } else if (kind === 'payment' && outcome.from === planned.payer) {
    const pays = outcome.asset === planned.asset && outcome.to === planned.payee && outcome.amount === planned.amount;
    if (!ok) start_refunding(state, 'pivot_failed');
    else if (pays) commit(state);
    else state.phase = 'suspended';
  }
}

function outcome_releasing(state, index, planned, leg, outcome) {
  if (leg.progress !== 'ending') return;
  if (outcome.kind === 'release' && outcome.ok) end_leg(state, leg, 'ended');
  else if (outcome.kind === 'release') retry(state, leg);
  else if (outcome.kind === 'refund' && outcome.ok) state.phase = 'suspended';
}

function outcome_refunding(state, index, planned, leg, outcome) {
  const { kind, ok } = outcome;
  if (kind === 'hold' && leg.progress === 'may_land') {
    if (is_failed_own_hold(planned, outcome)) {
      end_leg(state, leg, 'void');
    } else if (ok && leg_of_key(state, outcome.hold_key) < 0 && fits(planned, outcome)) {
      leg.key = outcome.hold_key;
      leg.progress = 'ending';
    }
  } else if (kind === 'refund' && leg.progress === 'ending') {
    if (ok) end_leg(state, leg, 'ended');
    else retry(state, leg);
  } else if (kind === 'release' && ok && leg.progress === 'ending') {
    state.phase = 'suspended';
  } else if (kind === 'payment' && ok && outcome.from === planned.payer) {
    state.phase = 'suspended';
  }
}

// --- movements that will never land, and decisions

// Refuses an event about a movement that the plan does not have.
export function check_movement(plan, event) {
  const leg = plan.legs[event.leg];
  const role = event.kind === 'payment' ? 'pivot' : 'hold';
  if (!leg || leg.role !== role) {
    refuse('invalid_transition', `${event.type} of a ${event.kind} of leg ${event.leg} of trade ${hex(plan.trade)}`);
  }
  return leg;
}

function on_lost_movement(state, event) {
  check_movement(state.plan, event);
  const { kind } = event;
  const leg = state.legs[event.leg];
  const word = event.type === 'movement_dead' ? 'dead' : 'refused';
  switch (state.phase) {
    case 'preparing':
      if (kind === 'hold' && !leg.key) start_refunding(state, `hold_${word}`, event.leg, 'void');
      return;
    case 'deciding':
      if (kind !== 'payment') return;
      return start_refunding(state, word === 'refused' && state.cancelled ? 'cancelled' : `pivot_${word}`);
    case 'releasing':
      if (kind === 'release' && leg.progress === 'ending') retry(state, leg);
      return;
    case 'refunding':
      if (kind === 'hold' && leg.progress === 'may_land') end_leg(state, leg, 'void');
      else if (kind === 'refund' && leg.progress === 'ending') retry(state, leg);
      return;
  }
}

function on_decided(state, decision) {
  const { phase } = state;
  if (phase === 'suspended') return;
  const goes = decision === 'commit' ? ['releasing', 'settled'] : ['refunding', 'refunded', 'rejected'];
  if (!goes.includes(phase)) {
    refuse('invalid_transition', `decided ${decision} in ${phase} of trade ${hex(state.plan.trade)}`);
  }
  if (is_terminal(phase)) return;
  state.recorded = true;
  finish(state);
}
