/*
 * The callback protocol of a supply chain, for one asset: what the intake, the
 * outbox, Step Functions and the end of executions do to the state table and to
 * each other, in every order, with crashes, lost responses and repeated delivery.
 *
 * Every atomic step is one call in the code: one DynamoDB write or transaction,
 * or one call of Step Functions. The comment before it names the code. README.md
 * says what is left out, and what the checker found.
 *
 * Bounds are given by -D; so are the mutations (M_...), each of which takes one
 * safeguard away and must be found.
 */

#ifndef RUNS
#define RUNS 2          /* starts of the asset, each with an event of its own */
#endif
#ifndef STAGES
#define STAGES 1
#endif
#ifndef ATTEMPTS
#define ATTEMPTS 2
#endif
#ifndef ANSWERS
#define ANSWERS 2       /* events with which the partner answers */
#endif
#ifndef CRASHES
#define CRASHES 1       /* of the outbox's process, in the middle of a batch */
#endif
#ifndef LOST
#define LOST 1          /* responses that Step Functions does not get from DynamoDB */
#endif
#ifndef ABORTS
#define ABORTS 1        /* executions that end from outside */
#endif

#define NONE 0
#define LOGSIZE 12

mtype = { Refuse, Queue, Supersede };
#ifndef SECOND
#define SECOND Supersede
#endif

/* Statuses of stages and runs, and fates of events (internal/chain). */
mtype = { Expected, Waiting, Completed, Failed, TimedOut, Canceled };
mtype = { Running, Aborted, Superseded };
mtype = { Applied, Repeated, Conflict, Late, Unmatched, Refused, Queued };

/* Where an execution stands (supplychain/asked.go). */
mtype = { Ask, Wait, Over, Look, Room, Ended };
#define Idle NONE       /* not started */

/* ---- The state table ---------------------------------------------------- */

typedef Slot {          /* A#STAGE#...: chain.Stage */
	byte owner, attempt;    /* the run, and its attempt */
	mtype status;
	byte token;
	mtype answered;     /* wire.AttrAnswered: only of the current attempt */
	bit indexed         /* wire.AttrWaitingOn */
};
Slot slot[STAGES];
byte live;            /* head.activeRun, NONE if there is none */
byte queued;            /* head.queue: the start that waits */
mtype runs[RUNS + 1];   /* R#...: status of each run */
mtype startFate[RUNS + 1], fate[ANSWERS + 1], closeFate[RUNS + 1];  /* claims */

/* ---- The stream, and what the outbox knows ------------------------------ */

typedef Record {        /* what a change asks for: outbox.change.effects */
	byte start, stop;   /* runs */
	byte token;         /* with outcome: SendTaskSuccess or SendTaskFailure */
	mtype outcome;
	byte leave, stage;  /* run, stage: leave the index of those that wait */
	byte tell           /* answer whose line of the history goes to the bus */
};
Record log[LOGSIZE];
byte length, cursor;    /* log[0..cursor) is done, and delivered again after a crash */
Record rec;             /* being made */
bit told[ANSWERS + 1];  /* on the bus */

/* ---- Executions --------------------------------------------------------- */

typedef Exec {
	mtype at;
	byte stage, attempt, try;
	byte token;         /* of the task that waits; any other is dead */
	mtype answer;       /* what SendTask brought */
	bit patient         /* this attempt's timeout never strikes */
};
Exec x[RUNS + 1];
mtype closing[RUNS + 1];    /* status change on its way to the intake */
byte started[RUNS + 1];     /* StartExecution calls that made an execution */

/* ---- What is only for the properties ------------------------------------ */

#define AT(r, s, a) (((r) * STAGES + (s)) * (ATTEMPTS + 1) + (a))
#define SIZE ((RUNS + 1) * STAGES * (ATTEMPTS + 1))
mtype took[SIZE];       /* answer that the table took for (run, stage, attempt) */
mtype used[SIZE];       /* how the attempt ended for the execution */
byte counted[ANSWERS + 1];  /* how often an answer took effect */

byte sent, starts;
byte crashes = CRASHES, lost = LOST, aborts = ABORTS;
byte i_, s_; mtype m_;  /* scratch, zero between steps */
#ifdef REDRIVE
mtype stopped;          /* where the execution of run 1 goes on when it is redriven */
#define remember(r) stopped = (x[r].at == Wait -> Ask : x[r].at)
#else
#define remember(r) skip
#endif
bit closed;             /* nothing more comes from outside */

/* A change of the table goes to its stream. */
inline emit() {
	if
	:: rec.start || rec.stop || rec.token || rec.leave || rec.tell ->
		assert(length < LOGSIZE);
		log[length].start = rec.start; log[length].stop = rec.stop;
		log[length].token = rec.token; log[length].outcome = rec.outcome;
		log[length].leave = rec.leave; log[length].stage = rec.stage; log[length].tell = rec.tell;
		length++;
		rec.start = 0; rec.stop = 0; rec.token = 0; rec.outcome = 0; rec.leave = 0; rec.stage = 0; rec.tell = 0
	:: else
	fi
}

/* An execution ends: its status change goes to the bus (rule, queue, intake). */
inline finish(r, status) {
	x[r].at = Ended; x[r].token = 0; x[r].answer = 0; x[r].patient = 0; x[r].try = 0;
	closing[r] = status
}

/* ---- Intake ------------------------------------------------------------- */

/* chain.Plan.begin: the run, and every stage of it, in one transaction. */
inline begin(r) {
	live = r; runs[r] = Running; rec.start = r; s_ = 0;
	do
	:: s_ < STAGES ->
		slot[s_].owner = r; slot[s_].attempt = 1; slot[s_].status = Expected;
		slot[s_].token = 0; slot[s_].answered = 0; slot[s_].indexed = 0; s_++
	:: else -> break
	od;
	s_ = 0
}

/* chainstore.Store.Apply of a start: chain.Plan.start. Event r starts run r. */
inline applyStart(r) {
	if
	:: live == NONE -> begin(r); startFate[r] = Applied
	:: live != NONE && SECOND == Supersede ->
		runs[live] = Superseded;
#ifndef M_NO_STOP
		rec.stop = live;
#endif
		begin(r); startFate[r] = Applied
	:: live != NONE && SECOND == Queue -> queued = r; startFate[r] = Queued
	:: live != NONE && SECOND == Refuse -> startFate[r] = Refused
	fi;
	emit()
}

/* chainstore.Store.Apply of an answer: chain.Plan.answer, or the same by the
   conditions of chainstore.blindStage. i is the event, it tells run r and
   attempt a (0: it does not), and may predate the run where it tells none. */
inline applyAnswer(i, s, r, a, says, predates) {
	if
	:: slot[s].owner == NONE -> fate[i] = Unmatched
#ifndef M_ANY_RUN
	:: slot[s].owner != NONE && r != 0 && r != slot[s].owner -> fate[i] = Late
#endif
#ifndef M_ANY_ATTEMPT
	:: slot[s].owner != NONE && (r == 0 || r == slot[s].owner) && a != 0 && a < slot[s].attempt -> fate[i] = Late
#endif
	:: slot[s].owner != NONE && (r == 0 || r == slot[s].owner) && a > slot[s].attempt -> fate[i] = Unmatched
	:: else ->
		if
		:: predates && r == 0 -> fate[i] = Late
#ifndef M_SECOND_ANSWER
		:: !(predates && r == 0) && slot[s].answered != NONE ->
			fate[i] = (slot[s].answered == says -> Repeated : Conflict)
#endif
		:: !(predates && r == 0) && slot[s].answered == NONE && slot[s].status != Expected && slot[s].status != Waiting -> fate[i] = Late
		:: else ->
			/* chainstore.answerUpdate */
			assert(r == 0 || r == slot[s].owner);                             /* a late answer has no effect */
			assert(a == 0 || a == slot[s].attempt);
			assert(took[AT(slot[s].owner, s, slot[s].attempt)] == NONE);      /* one answer for an attempt */
			assert(used[AT(slot[s].owner, s, slot[s].attempt)] == NONE);      /* none when it is over */
			took[AT(slot[s].owner, s, slot[s].attempt)] = says;
			counted[i]++; assert(counted[i] == 1);                          /* each event once */
			slot[s].status = says; slot[s].answered = says; slot[s].indexed = 0;
			if :: slot[s].token != 0 -> rec.token = slot[s].token; rec.outcome = says :: else fi;
			fate[i] = Applied
		fi
	fi;
	rec.tell = i;
	emit()
}

#ifdef M_NO_CLAIM
byte k_says[ANSWERS + 1], k_stage[ANSWERS + 1];
byte again = 1;
#endif

/* The outside world and the intake's functions. An event is delivered for the
   first time at any moment after it was sent, so that both are one step. Which
   of two equal events comes first makes no difference: they come by number. */
active proctype Intake() {
	byte s, r, a; mtype says; bit predates;
	do
	:: atomic { starts < RUNS -> starts++; d_step { applyStart(starts) } }

	:: atomic { sent < ANSWERS && starts > 0 ->
		sent++;
		if :: says = Completed :: says = Failed fi;
		if :: s = 0
#if STAGES > 1
		   :: s = 1
#endif
		fi;
		if :: r = 0 :: r = 1
#if RUNS > 1
		   :: r = 2
#endif
		fi;
		if :: a = 0 :: a = 1
#if ATTEMPTS > 1
		   :: a = 2
#endif
		fi;
		if :: predates = 0 :: r == 0 && slot[s].owner > 1 -> predates = 1 fi;
#ifdef M_NO_CLAIM
		k_says[sent] = says; k_stage[sent] = s;
#endif
		d_step { applyAnswer(sent, s, r, a, says, predates); s = 0; r = 0; a = 0; says = 0; predates = 0 }
	}

	/* Any event again, as often as it likes: chainstore.claim.put fails, and the
	   stored fate is the answer. Nothing changes, whatever the event is. */
#ifdef M_NO_CLAIM
	:: atomic { sent > 0 && again > 0 -> again--; d_step { applyAnswer(1, k_stage[1], 0, 0, k_says[1], 0) } }
#else
	:: starts > 0 -> skip
#endif

	/* An execution that ends by itself: stopped by an operator, over a quota, timed out as a whole. */
	:: d_step { aborts > 0 && x[1].at != Idle && x[1].at != Ended -> aborts--; remember(1); finish(1, Failed) }
#if RUNS > 1
	:: d_step { aborts > 0 && x[2].at != Idle && x[2].at != Ended -> aborts--; finish(2, Failed) }
#endif

	:: closed = 1; break
	od
}

/* intake.Executions.Process and chainstore.Store.Close: chain.Plan.Close. The
   same status change again finds its claim, and changes nothing. */
inline close(r) {
	if
#ifdef M_CLOSE_ANY
	:: live != NONE ->
#else
	:: live == r ->
#endif
		runs[live] = closing[r]; live = NONE; s_ = 0;
		do
		:: s_ < STAGES ->
			if
			:: slot[s_].status == Expected || slot[s_].status == Waiting -> slot[s_].status = Canceled; slot[s_].indexed = 0
			:: else
			fi;
			s_++
		:: else -> break
		od;
		s_ = 0;
		closeFate[r] = Applied;
		if :: queued != NONE -> i_ = queued; queued = NONE; begin(i_); i_ = 0 :: else fi      /* chain.Plan.promote */
	:: else -> closeFate[r] = Repeated
	fi;
	closing[r] = NONE;
	emit()
}

#ifndef M_NO_CLOSE
active proctype Closer() {
end:	do
	:: d_step { closing[1] != NONE -> close(1) }
#if RUNS > 1
	:: d_step { closing[2] != NONE -> close(2) }
#endif
	od
}
#endif

/* ---- Outbox ------------------------------------------------------------- */

/* A batch is done: Lambda does not deliver it again. */
inline commit() {
	i_ = 0;
	do
	:: i_ + cursor < length ->
		log[i_].start = log[i_ + cursor].start; log[i_].stop = log[i_ + cursor].stop;
		log[i_].token = log[i_ + cursor].token; log[i_].outcome = log[i_ + cursor].outcome;
		log[i_].leave = log[i_ + cursor].leave; log[i_].stage = log[i_ + cursor].stage; log[i_].tell = log[i_ + cursor].tell;
		i_++
	:: else -> break
	od;
	length = length - cursor; cursor = 0;
	do
	:: i_ < LOGSIZE ->
		log[i_].start = 0; log[i_].stop = 0; log[i_].token = 0; log[i_].outcome = 0; log[i_].leave = 0; log[i_].stage = 0; log[i_].tell = 0;
		i_++
	:: else -> break
	od;
	i_ = 0
}

/* outbox.Actor.start: the execution is named after the run, so that a second
   call finds it (ExecutionAlreadyExists), dead or alive. */
inline startExecution(r) {
	if
#ifdef M_UNNAMED
	:: 1 ->
#else
	:: started[r] == 0 ->
#endif
		started[r]++; assert(started[r] == 1);      /* one execution for a run */
		x[r].at = Ask; x[r].stage = 0; x[r].attempt = 1
#ifndef M_UNNAMED
	:: else
#endif
	fi
}

/* outbox.Actor.stop; nothing to do where it has ended or was never there. */
inline stopExecution(r) {
	if
	:: x[r].at != Idle && x[r].at != Ended ->
		finish(r, Aborted)
	:: else
	fi
}

/* outbox.Actor.do with completeTask or failTask. A dead token (TaskTimedOut,
   TaskDoesNotExist) is no error. */
inline sendTask(held, says) {
	if
	:: x[1].at == Wait && x[1].token == held && x[1].answer == NONE -> x[1].answer = says
#if RUNS > 1
	:: x[2].at == Wait && x[2].token == held && x[2].answer == NONE -> x[2].answer = says
#endif
	:: else
	fi
}

/* outbox.Actor.leave, with its condition. */
inline leaveIndex(r, which) {
	if
	:: slot[which].owner == r && slot[which].status != Waiting && slot[which].indexed -> slot[which].indexed = 0
	:: else
	fi
}

#define head log[cursor]
#define dead(t) (x[1].token != t && x[RUNS].token != t)

/* outbox.Handler.lane: one effect after the other. A process that ends in
   between, or an effect that fails for now, makes the batch come again from its
   first record, to a process that remembers nothing. */
active proctype Outbox() {
	byte n;             /* effects of the record that are done */
end:	do
	:: d_step { cursor < length && n == 0 && head.start != 0 -> startExecution(head.start); n = 1 }
	:: d_step { cursor < length && n < 2 && (n == 1 || head.start == 0) && head.stop != 0 -> stopExecution(head.stop); n = 2 }
#ifdef M_DEAD_TOKEN_IS_ERROR
	:: d_step { cursor < length && n < 3 && head.token != 0 && !dead(head.token) -> sendTask(head.token, head.outcome); n = 3 }
#else
	:: d_step { cursor < length && n < 3 && head.token != 0 -> sendTask(head.token, head.outcome); n = 3 }
#endif
	:: d_step { cursor < length && (n == 3 || head.token == 0) && (n >= 2 || head.stop == 0) && (n >= 1 || head.start == 0) ->
			if :: head.leave != 0 -> leaveIndex(head.leave, head.stage) :: else fi;
			if :: head.tell != 0 -> told[head.tell] = 1 :: else fi;     /* outbox.Actor.publish */
			n = 0; cursor++
		}
	:: d_step { cursor > 0 && n == 0 -> commit() }
	:: d_step { crashes > 0 && (cursor > 0 || n > 0) ->
			crashes--;
#ifdef M_REMEMBERS_FIRST
			if :: n > 0 -> cursor++ :: else fi;
			n = 0
#else
			cursor = 0; n = 0
#endif
		}
	od
}

/* ---- Executions --------------------------------------------------------- */

#define TOKEN(r) ((r) * 64 + x[r].stage * 32 + x[r].attempt * 8 + x[r].try + 1)
#define mine (slot[x[r].stage].owner == r)
#ifdef M_NO_CANCELED
#define same (slot[x[r].stage].attempt == x[r].attempt)
#else
#define same (slot[x[r].stage].attempt == x[r].attempt && slot[x[r].stage].status != Canceled) /* wire.notCanceled */
#endif

/* The stage's next state, after its result is there. */
inline next(r) {
	x[r].token = 0; x[r].answer = 0; x[r].try = 0; x[r].patient = 0;
	if
	:: x[r].stage + 1 == STAGES -> finish(r, Completed)
	:: else -> x[r].stage++; x[r].attempt = 1; x[r].at = Ask
	fi
}

/* supplychain.Exhausted: FailRun, or Continue. */
inline exhausted(r) {
	assert(used[AT(r, x[r].stage, x[r].attempt)] == Failed || used[AT(r, x[r].stage, x[r].attempt)] == TimedOut);
#ifdef CONTINUE
	next(r)
#else
	finish(r, Failed)
#endif
}

/* The execution takes an answer for an attempt. */
inline take(r, a, outcome) {
	assert(took[AT(r, x[r].stage, a)] == outcome);      /* the answer that the table took, and no other */
	assert(used[AT(r, x[r].stage, a)] == NONE);         /* once */
	used[AT(r, x[r].stage, a)] = outcome;
	x[r].attempt = a; x[r].token = 0; x[r].answer = 0; x[r].patient = 0;
	if
	:: outcome == Completed -> next(r)
	:: outcome == Failed && a < ATTEMPTS -> x[r].at = Room
	:: else -> exhausted(r)
	fi
}

/* wire.AgainUpdate */
inline makeRoom(which) {
	slot[which].attempt++; slot[which].status = Expected;
	slot[which].token = 0; slot[which].answered = 0; slot[which].indexed = 0
}

/* asked.request: wire.RequestUpdate under wire.RequestCondition. */
inline request(r) {
	if
#ifdef M_NO_REQUEST_CONDITION
	:: 1 ->
#else
	:: mine && same ->
#endif
		x[r].token = TOKEN(r); x[r].at = Wait;
		s_ = x[r].stage;
		slot[s_].token = x[r].token; slot[s_].indexed = 1;
#ifdef M_NO_IF_NOT_EXISTS
		slot[s_].status = Waiting;
#else
		slot[s_].status = (slot[s_].answered != NONE -> slot[s_].answered : Waiting);
#endif
#ifdef M_REQUEST_FORGETS
		slot[s_].answered = NONE; slot[s_].status = Waiting;
#endif
		/* outbox.change.ofStage of this change */
#ifndef M_ONLY_NEW_ANSWERS
		if :: slot[s_].answered != NONE -> rec.token = x[r].token; rec.outcome = slot[s_].answered :: else fi;
#endif
		if :: slot[s_].status != Waiting -> rec.leave = r; rec.stage = s_ :: else fi;
		s_ = 0; emit()
#ifndef M_NO_REQUEST_CONDITION
	:: else -> finish(r, Failed)           /* asked.runOver */
#endif
	fi
}

/* asked.over: wire.OverCondition with AgainUpdate, or with OverUpdate after the
   last attempt. go says whether the response arrives. */
inline over(r, go) {
	if
#ifdef M_NO_OVER_CONDITION
	:: mine && same ->
#else
	:: mine && same && slot[x[r].stage].answered == NONE ->
#endif
		assert(took[AT(r, x[r].stage, x[r].attempt)] == NONE);      /* an answer that took effect is not timed out */
		used[AT(r, x[r].stage, x[r].attempt)] = TimedOut;
		if
		:: x[r].attempt < ATTEMPTS ->
			makeRoom(x[r].stage);
			if :: go -> x[r].attempt++; x[r].try = 0; x[r].at = Ask :: else fi
		:: else ->
			slot[x[r].stage].status = TimedOut; slot[x[r].stage].token = 0; slot[x[r].stage].indexed = 0;
			if :: go -> exhausted(r) :: else fi
		fi
	:: else ->
#ifdef M_NO_LOOK
		exhausted(r)
#else
		x[r].at = Look
#endif
	fi
}

/* asked.lookUp: a consistent read, and where to go by what it says. */
inline look(r) {
	s_ = x[r].stage;
	if
	:: slot[s_].owner == r && slot[s_].answered == Completed -> i_ = slot[s_].attempt; take(r, i_, Completed)
	:: slot[s_].owner == r && slot[s_].answered != Completed && slot[s_].status == TimedOut -> exhausted(r)
	:: slot[s_].owner == r && slot[s_].answered == Failed -> i_ = slot[s_].attempt; take(r, i_, Failed)
	:: slot[s_].owner == r && slot[s_].answered == NONE && slot[s_].status != TimedOut && slot[s_].attempt > 1 ->
		x[r].attempt = slot[s_].attempt; x[r].try = 0; x[r].at = Ask
	:: else -> finish(r, Failed)
	fi;
	i_ = 0; s_ = 0
}

/* asked.room: wire.AgainUpdate under wire.AgainCondition. Where the condition
   fails, the request that follows tells why. */
inline room(r, go) {
	if
#ifdef M_ROOM_ANY_ATTEMPT
	:: mine && slot[x[r].stage].attempt <= ATTEMPTS -> slot[x[r].stage].attempt = x[r].attempt; makeRoom(x[r].stage)
#else
	:: mine && same -> makeRoom(x[r].stage)
#endif
	:: else
	fi;
	if :: go -> x[r].attempt++; x[r].try = 0; x[r].at = Ask :: else fi
}

proctype Execution(byte r) {
	bit go;
end:	do
	:: atomic { x[r].at == Ask ->
			d_step { request(r) };
			/* Whether its timeout will strike, if no answer comes. */
			if :: x[r].at == Wait -> if :: x[r].patient = 0 :: x[r].patient = 1 fi :: else fi
		}
	:: d_step { x[r].at == Wait && x[r].answer != NONE -> i_ = x[r].attempt; m_ = x[r].answer; take(r, i_, m_); i_ = 0; m_ = NONE }
	/* The write is done but Step Functions does not know: it tries again with a new token. */
	:: d_step { x[r].at == Wait && x[r].answer == NONE && lost > 0 -> lost--; x[r].try++; x[r].token = 0; x[r].patient = 0; x[r].at = Ask }
	:: d_step { x[r].at == Wait && x[r].answer == NONE && !x[r].patient -> x[r].token = 0; x[r].at = Over }
	:: atomic { x[r].at == Over -> if :: go = 1 :: lost > 0 -> lost--; go = 0 fi; d_step { over(r, go); go = 0 } }
	:: d_step { x[r].at == Look -> look(r) }
#ifdef REDRIVE
	/* An operator stopped the execution, its run was closed, and he redrives it:
	   it goes on with the state in which it was stopped. */
	:: d_step { r == 1 && stopped != NONE && x[r].at == Ended && closing[r] == NONE -> x[r].at = stopped; stopped = NONE }
#endif
	:: atomic { x[r].at == Room -> if :: go = 1 :: lost > 0 -> lost--; go = 0 fi; d_step { room(r, go); go = 0 } }
	od
}

init {
	atomic {
		run Execution(1);
#if RUNS > 1
		run Execution(2);
#endif
	}
}

/* ---- At rest ------------------------------------------------------------ */

#define ended(r) (x[r].at == Idle || x[r].at == Ended)

/* What must hold when nothing can happen any more but what somebody outside
   does: all timeouts that will strike have struck, all deliveries are made. */
active proctype AtRest() {
	byte r, s, a, i;
	timeout;
	d_step {
		assert(length == 0);                                            /* the outbox has done it all */
		i = 1;
		do
		:: i <= ANSWERS ->
			assert(i > sent || fate[i] != NONE);                        /* 1: each event has its fate ... */
			assert((fate[i] == Applied) == (counted[i] == 1));          /* ... and effect if and only if it was applied */
			assert(i > sent || told[i]);                                /* ... and is on the bus */
			i++
		:: else -> break
		od;
		r = 1;
		do
		:: r <= RUNS ->
			assert(r > starts || startFate[r] != NONE);
			assert((runs[r] == Running) == (live == r));              /* the table calls no dead run alive: */
			assert(runs[r] != Running || started[r] == 1);              /* ... it was started, */
			assert(runs[r] != Running || x[r].at == Wait);              /* ... and waits for a partner, */
			assert(x[r].at != Wait || live == r);                     /* none waits for a run that is over, */
			assert(ended(r) || x[r].at == Wait);
			s = 0;
			do
			:: s < STAGES ->
				/* 5: none hangs when an answer is there */
				assert(x[r].at != Wait || x[r].stage != s || took[AT(r, s, x[r].attempt)] == NONE);
				assert(x[r].at != Wait || x[r].stage != s || (slot[s].status == Waiting && slot[s].attempt == x[r].attempt && slot[s].indexed));
				a = 1;
				do
				:: a <= ATTEMPTS ->
					/* The execution went on by the answer that the table took. */
					assert(used[AT(r, s, a)] == NONE || took[AT(r, s, a)] == NONE || used[AT(r, s, a)] == took[AT(r, s, a)]);
					assert(runs[r] != Completed || s >= STAGES || a > 1 || took[AT(r, s, 1)] == NONE || used[AT(r, s, 1)] == took[AT(r, s, 1)]);
					a++
				:: else -> break
				od;
				s++
			:: else -> break
			od;
			r++
		:: else -> break
		od;
		s = 0;
		do
		:: s < STAGES ->
			assert(slot[s].answered == NONE || slot[s].status == slot[s].answered);     /* what is answered is not called Waiting */
			assert(!slot[s].indexed || slot[s].status == Waiting);                      /* nor listed among those that wait */
			s++
		:: else -> break
		od;
		r = 0; s = 0; a = 0; i = 0
	}
}

/* ---- In time: whatever else happens (weak fairness) ---------------------- */

#define hangs(r) (x[r].at == Wait && took[AT(r, x[r].stage, x[r].attempt)] != NONE)
#define calledAlive(r) (runs[r] == Running && x[r].at == Ended)
#define untold (fate[1] != NONE && !told[1])
#define orphan (x[1].at == Wait && runs[1] == Superseded)

#ifdef LTL
ltl answered_goes_on { [] (hangs(1) -> <> !hangs(1)) }
ltl dead_run_is_closed { [] (calledAlive(1) -> <> !calledAlive(1)) }
ltl event_is_told { [] (untold -> <> !untold) }
ltl superseded_ends { [] (orphan -> <> !orphan) }
#endif
