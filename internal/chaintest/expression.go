package chaintest

import (
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is an item of the table.
type item = map[string]types.AttributeValue

// expression evaluates DynamoDB's expressions against one item. It panics with
// an [invalid] on what DynamoDB refuses.
type expression struct {
	tokens []string
	names  map[string]string
	values item
	item   item
}

// invalid is what DynamoDB calls a ValidationException.
type invalid string

func refuse(format string, args ...any) { panic(invalid(fmt.Sprintf(format, args...))) }

var tokenShape = regexp.MustCompile(`[#:]?[A-Za-z_][A-Za-z0-9_]*|<=|>=|<>|[=<>(),.+-]|\S`)

// parse reads an expression, and notes which placeholders it uses.
func parse(text string, names map[string]string, values, on item, used map[string]bool) *expression {
	tokens := tokenShape.FindAllString(text, -1)
	for _, t := range tokens {
		used[t] = true
	}
	return &expression{tokens: tokens, names: names, values: values, item: on}
}

func (e *expression) peek() string {
	if len(e.tokens) == 0 {
		return ""
	}
	return e.tokens[0]
}

func (e *expression) next() string {
	t := e.peek()
	if t == "" {
		refuse("the expression ends too early")
	}
	e.tokens = e.tokens[1:]
	return t
}

func (e *expression) take(word string) bool {
	if !strings.EqualFold(e.peek(), word) {
		return false
	}
	e.next()
	return true
}

func (e *expression) expect(word string) {
	if got := e.next(); got != word {
		refuse("want %q, got %q", word, got)
	}
}

// condition evaluates a whole condition.
func (e *expression) condition() bool {
	holds := e.or()
	if e.peek() != "" {
		refuse("unexpected %q", e.peek())
	}
	return holds
}

func (e *expression) or() bool {
	holds := e.and()
	for e.take("OR") {
		right := e.and()
		holds = holds || right
	}
	return holds
}

func (e *expression) and() bool {
	holds := e.not()
	for e.take("AND") {
		right := e.not()
		holds = holds && right
	}
	return holds
}

func (e *expression) not() bool {
	if e.take("NOT") {
		return !e.not()
	}
	return e.comparison()
}

func (e *expression) comparison() bool {
	if e.take("(") {
		holds := e.or()
		e.expect(")")
		return holds
	}
	switch word := e.peek(); word {
	case "attribute_exists", "attribute_not_exists":
		e.next()
		e.expect("(")
		there := e.path().get(e.item) != nil
		e.expect(")")
		return there == (word == "attribute_exists")
	case "begins_with":
		e.next()
		e.expect("(")
		whole, ok := e.operand().(*types.AttributeValueMemberS)
		e.expect(",")
		prefix := e.operand().(*types.AttributeValueMemberS)
		e.expect(")")
		return ok && strings.HasPrefix(whole.Value, prefix.Value)
	}
	left := e.operand()
	switch op := e.next(); strings.ToUpper(op) {
	case "IN":
		return e.in(left)
	case "BETWEEN":
		low := e.operand()
		e.expect("AND")
		high := e.operand()
		return compare(low, left, "<=") && compare(left, high, "<=")
	default:
		return compare(left, e.operand(), op)
	}
}

func (e *expression) in(left types.AttributeValue) bool {
	e.expect("(")
	found := compare(left, e.operand(), "=")
	for e.take(",") {
		same := compare(left, e.operand(), "=")
		found = found || same
	}
	e.expect(")")
	return found
}

// compare compares two values; what is not there, or of another type, compares
// as nothing but unequal.
func compare(left, right types.AttributeValue, op string) bool {
	if op == "=" || op == "<>" {
		return reflect.DeepEqual(left, right) == (op == "=") && (left != nil && right != nil || op == "<>")
	}
	order, ok := ordered(left, right)
	if !ok {
		return false
	}
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	}
	refuse("no operator is called %q", op)
	return false
}

func ordered(left, right types.AttributeValue) (int, bool) {
	switch l := left.(type) {
	case *types.AttributeValueMemberS:
		if r, ok := right.(*types.AttributeValueMemberS); ok {
			return strings.Compare(l.Value, r.Value), true
		}
	case *types.AttributeValueMemberN:
		if r, ok := right.(*types.AttributeValueMemberN); ok {
			return rational(l.Value).Cmp(rational(r.Value)), true
		}
	}
	return 0, false
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		refuse("%q is no number", text)
	}
	return r
}

// path is where an attribute is: its name, and that within a map.
type path []string

func (e *expression) path() path {
	p := path{e.name()}
	for e.take(".") {
		p = append(p, e.name())
	}
	return p
}

func (e *expression) name() string {
	t := e.next()
	if !strings.HasPrefix(t, "#") {
		refuse("the attribute %q must have a placeholder: it may be a reserved word", t)
	}
	name, ok := e.names[t]
	if !ok {
		refuse("no name for %s", t)
	}
	return name
}

func (p path) get(on item) types.AttributeValue {
	v := on[p[0]]
	for _, name := range p[1:] {
		m, ok := v.(*types.AttributeValueMemberM)
		if !ok {
			return nil
		}
		v = m.Value[name]
	}
	return v
}

// operand evaluates a value, a path or a function of them.
func (e *expression) operand() types.AttributeValue {
	switch t := e.peek(); {
	case strings.HasPrefix(t, ":"):
		e.next()
		v, ok := e.values[t]
		if !ok {
			refuse("no value for %s", t)
		}
		return v
	case t == "if_not_exists":
		e.next()
		e.expect("(")
		v := e.path().get(e.item)
		e.expect(",")
		other := e.operand()
		e.expect(")")
		if v == nil {
			return other
		}
		return v
	default:
		return e.path().get(e.item)
	}
}

// update applies a whole update expression; every operand is of the item as it
// was before.
func (e *expression) update() item {
	after := clone(e.item)
	changed := []string{}
	change := func(p path) {
		if len(p) != 1 {
			refuse("only whole attributes are updated here")
		}
		if slices.Contains(changed, p[0]) {
			refuse("two changes of %q", p[0])
		}
		changed = append(changed, p[0])
	}
	for e.peek() != "" {
		clause := strings.ToUpper(e.next())
		for {
			p := e.path()
			change(p)
			switch clause {
			case "SET":
				e.expect("=")
				v := e.operand()
				if v == nil {
					refuse("SET of an attribute that is not there")
				}
				after[p[0]] = v
			case "REMOVE":
				delete(after, p[0])
			case "ADD":
				after[p[0]] = add(p.get(e.item), e.operand())
			default:
				refuse("no clause is called %q", clause)
			}
			if !e.take(",") {
				break
			}
		}
	}
	return after
}

func add(to, n types.AttributeValue) types.AttributeValue {
	sum := rational(n.(*types.AttributeValueMemberN).Value)
	if to != nil {
		sum.Add(sum, rational(to.(*types.AttributeValueMemberN).Value))
	}
	return &types.AttributeValueMemberN{Value: sum.RatString()}
}

func clone(i item) item {
	c := make(item, len(i))
	for name, value := range i {
		c[name] = value
	}
	return c
}
