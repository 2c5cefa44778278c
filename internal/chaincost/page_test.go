package chaincost_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/chaincost"
)

const page = "../../docs/cost.md"

// lengths are the numbers of stages that docs/cost.md tells of.
var lengths = []int{3, 8, 20}

func counts(t *testing.T, stages int) chaincost.Counts {
	t.Helper()
	c, err := chaincost.Count(t.Context(), stages)
	require.NoError(t, err)
	return c
}

// measures are the lines of the table of counts.
var measures = []struct {
	name string
	of   func(chaincost.Counts) int
}{
	{"messages taken in (SQS)", func(c chaincost.Counts) int { return c.Messages }},
	{"`TransactWriteItems`, by the intakes", func(c chaincost.Counts) int { return c.Calls["TransactWriteItems"] }},
	{"`Query`, by the intake of ended executions", func(c chaincost.Counts) int { return c.Calls["Query"] }},
	{"stream batches (outbox invocations)", func(c chaincost.Counts) int { return c.Batches }},
	{"`PutItem`, by the outbox", func(c chaincost.Counts) int { return c.Calls["PutItem"] }},
	{"`GetItem`, by the outbox", func(c chaincost.Counts) int { return c.Calls["GetItem"] }},
	{"`StartExecution`", func(c chaincost.Counts) int { return c.Calls["StartExecution"] }},
	{"`SendTaskSuccess`", func(c chaincost.Counts) int { return c.Calls["SendTaskSuccess"] }},
	{"`PutEvents`", func(c chaincost.Counts) int { return c.Calls["PutEvents"] }},
	{"events on the bus", func(c chaincost.Counts) int { return c.Published }},
	{"write request units", func(c chaincost.Counts) int { return c.Write }},
}

// All that is counted is a constant and so much for each stage.
func TestCostGrowsWithStagesAndNothingElse(t *testing.T) {
	few, more, many := counts(t, 3), counts(t, 8), counts(t, 20)
	for _, m := range measures {
		each := (m.of(more) - m.of(few)) / 5
		assert.Equal(t, m.of(few)+17*each, m.of(many), m.name)
		assert.Equal(t, m.of(few)+5*each, m.of(more), m.name)
	}
}

// What docs/cost.md says is what is counted now. TESTKIT_UPDATE=1 writes it.
func TestThePageTellsWhatIsCounted(t *testing.T) {
	content, err := os.ReadFile(page)
	require.NoError(t, err)
	want := string(content)
	for name, table := range map[string]string{"counts": countsTable(t), "prices": pricesTable(t), "example": exampleTable(t), "polling": pollingTable(t)} {
		marked := regexp.MustCompile(`(?s)(<!-- ` + name + ` -->\n).*?(\n<!-- end -->)`)
		require.Regexp(t, marked, want)
		want = marked.ReplaceAllString(want, "${1}"+strings.ReplaceAll(table, "$", "$$")+"${2}")
	}
	if os.Getenv("TESTKIT_UPDATE") != "" {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o600))
		return
	}
	assert.Equal(t, want, string(content), "docs/cost.md differs from what is counted: TESTKIT_UPDATE=1 go test ./internal/chaincost writes it")
}

func countsTable(t *testing.T) string {
	lines := []string{"| for one asset | 3 stages | 8 stages | 20 stages | N stages |", "|---|---:|---:|---:|---|"}
	few, more, many := counts(t, 3), counts(t, 8), counts(t, 20)
	for _, m := range measures {
		each := (m.of(more) - m.of(few)) / 5
		lines = append(lines, fmt.Sprintf("| %s | %d | %d | %d | %s |", m.name, m.of(few), m.of(more), m.of(many), formula(m.of(few)-3*each, each)))
	}
	lines = append(lines,
		fmt.Sprintf("| read request units | %.1f | %.1f | %.1f | of the one `Query` |", few.Read, more.Read, many.Read),
		fmt.Sprintf("| KB that stay in the table | %.0f | %.0f | %.0f | |", kb(few), kb(more), kb(many)),
		fmt.Sprintf("| state transitions | %d | %d | %d | %s |", chaincost.Transitions(3), chaincost.Transitions(8), chaincost.Transitions(20), formula(1, 1)))
	return strings.Join(lines, "\n")
}

func kb(c chaincost.Counts) float64 { return float64(c.Stored) / 1024 }

func formula(constant, each int) string {
	parts := []string{}
	switch each {
	case 0:
	case 1:
		parts = append(parts, "N")
	default:
		parts = append(parts, fmt.Sprintf("%d N", each))
	}
	if constant != 0 || len(parts) == 0 {
		parts = append(parts, strconv.Itoa(constant))
	}
	return strings.Join(parts, " + ")
}

func pricesTable(t *testing.T) string {
	lines := []string{"| US dollars for 1,000 assets | 3 stages | 8 stages | 20 stages |", "|---|---:|---:|---:|"}
	var bills []chaincost.Bill
	for _, n := range lengths {
		bills = append(bills, counts(t, n).Price(chaincost.Transitions(n)))
	}
	row := func(name string, of func(chaincost.Bill) float64) {
		lines = append(lines, fmt.Sprintf("| %s | %.3f | %.3f | %.3f |", name, 1000*of(bills[0]), 1000*of(bills[1]), 1000*of(bills[2])))
	}
	row("Step Functions", func(b chaincost.Bill) float64 { return b.StepFunctions })
	row("DynamoDB", func(b chaincost.Bill) float64 { return b.DynamoDB })
	row("EventBridge", func(b chaincost.Bill) float64 { return b.EventBridge })
	row("SQS", func(b chaincost.Bill) float64 { return b.SQS })
	row("Lambda", func(b chaincost.Bill) float64 { return b.Lambda })
	row("CloudWatch Logs", func(b chaincost.Bill) float64 { return b.Logs })
	row("**all**", chaincost.Bill.Total)
	million := func(i int) float64 { return bills[i].Total() / float64(lengths[i]+1) * 1e6 }
	return strings.Join(append(lines, fmt.Sprintf("| **for a million events from outside** | %.0f | %.0f | %.0f |", million(0), million(1), million(2))), "\n")
}

func exampleTable(t *testing.T) string {
	const titles, stages = 100_000, 8
	c := counts(t, stages)
	bill := c.Price(chaincost.Transitions(stages))
	lines := []string{"| 100,000 titles a month, 8 stages | how many | US dollars |", "|---|---:|---:|"}
	row := func(name string, number, dollars float64) {
		lines = append(lines, fmt.Sprintf("| %s | %.1f million | %.2f |", name, number*titles/1e6, dollars*titles))
	}
	row("state transitions", float64(chaincost.Transitions(stages)), bill.StepFunctions)
	row("write request units, and read ones", float64(c.Write)+c.Read, bill.DynamoDB)
	row("events on the bus", float64(c.Published), bill.EventBridge)
	row("requests to queues", float64(3*c.Messages), bill.SQS)
	row("invocations", float64(c.Messages+c.Batches), bill.Lambda)
	row("invocations that write logs", float64(c.Messages+c.Batches), bill.Logs)
	return strings.Join(append(lines, fmt.Sprintf("| **all** | | **%.2f** |", bill.Total()*titles)), "\n")
}

func pollingTable(t *testing.T) string {
	const stages, titles = 8, 100_000
	ours := counts(t, stages).Price(chaincost.Transitions(stages)).Total() * titles
	lines := []string{
		"| a partner takes | looks, one a minute | transitions of a stage | of 8 stages | US dollars a month | this library |", "|---|---:|---:|---:|---:|---:|",
	}
	for _, wait := range []struct {
		name  string
		polls int
	}{{"10 minutes", 10}, {"1 hour", 60}, {"1 day", 1440}} {
		lines = append(lines, fmt.Sprintf("| %s | %d | %d | %d | %.0f | %.0f |", wait.name, wait.polls, chaincost.PollingTransitions(1, wait.polls)-2,
			chaincost.PollingTransitions(stages, wait.polls), chaincost.PollingPrice(stages, wait.polls).Total()*titles, ours))
	}
	return strings.Join(lines, "\n")
}
