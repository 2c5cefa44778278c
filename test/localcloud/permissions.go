package localcloud

import "slices"

// permitAsChecked rewrites what roles are allowed where the local cloud checks
// another permission than AWS does:
//
//   - An answer to a task tells no state machine, only the token. AWS knows whose
//     it is, and checks the state machine; the local cloud checks "*".
//   - AWS checks messages that are sent as a batch as sqs:SendMessage; the local
//     cloud as sqs:SendMessageBatch, which no IAM has.
func (t template) permitAsChecked(stack string) []Change {
	var changes []Change
	for _, id := range t.ofType("AWS::IAM::Policy") {
		document := child(t.resource(id).properties(), "PolicyDocument")
		statements, _ := document["Statement"].([]any)
		var rewritten []any
		for _, statement := range statements {
			fields, _ := statement.(object)
			answers, batches := answersTasks(fields), sendsMessages(fields)
			switch {
			case len(answers) > 0:
				changes = append(changes, Change{stack, id, "AWS::IAM::Policy", "allows answers to the tasks of any state machine"})
				others := slices.DeleteFunc(actionsOf(fields), func(action any) bool { return slices.Contains(answers, action) })
				if len(others) > 0 {
					rewritten = append(rewritten, with(fields, object{"Action": others}))
				}
				rewritten = append(rewritten, with(fields, object{"Action": answers, "Resource": "*", "Sid": "AnswerTasks"}))
			case batches:
				changes = append(changes, Change{stack, id, "AWS::IAM::Policy", "allows sqs:SendMessageBatch where it allows sqs:SendMessage"})
				rewritten = append(rewritten, with(fields, object{"Action": append(actionsOf(fields), "sqs:SendMessageBatch")}))
			default:
				rewritten = append(rewritten, statement)
			}
		}
		document["Statement"] = rewritten
	}
	return changes
}

var taskAnswers = []any{"states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess"}

func answersTasks(statement object) []any {
	return slices.DeleteFunc(actionsOf(statement), func(action any) bool { return !slices.Contains(taskAnswers, action) })
}

func sendsMessages(statement object) bool {
	return slices.Contains(actionsOf(statement), any("sqs:SendMessage"))
}

// actionsOf are the actions of a statement, as a list that is the caller's.
func actionsOf(statement object) []any {
	if list, is := statement["Action"].([]any); is {
		return slices.Clone(list)
	}
	if action, is := statement["Action"].(string); is {
		return []any{action}
	}
	return nil
}

// with is a copy of an object with some of its fields replaced.
func with(original, replaced object) object {
	copied := object{}
	for _, fields := range []object{original, replaced} {
		for name, value := range fields {
			copied[name] = value
		}
	}
	return copied
}
