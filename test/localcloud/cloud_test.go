package localcloud

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// childVariable makes the test binary start a cloud, say where it is and hang.
const childVariable = "LOCALCLOUD_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	cloud, err := Start(context.Background(), Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(cloud.Endpoint)
	select {} // until killed
}

func TestCloudLivesUntilItIsStopped(t *testing.T) {
	cloud := start(t, Options{})
	require.True(t, cloud.Healthy(t.Context()))

	require.NoError(t, cloud.Stop())

	assert.False(t, cloud.Healthy(t.Context()))
	assert.NoDirExists(t, cloud.Directory)
	assert.NoError(t, cloud.Stop(), "stopping twice is fine")
}

func TestCloudEndsWithTheProcessThatStartedIt(t *testing.T) {
	needsCloud(t)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=1")
	child.Stderr = os.Stderr
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	orphan := &Cloud{Endpoint: strings.TrimSpace(line)}
	require.True(t, orphan.Healthy(t.Context()))

	require.NoError(t, child.Process.Kill())
	_ = child.Wait()

	assert.Eventually(t, func() bool { return !orphan.Healthy(t.Context()) }, 20*time.Second, 50*time.Millisecond)
}

func TestBackgroundCloudIsFoundAgainAndStoppedByItsFolder(t *testing.T) {
	needsCloud(t)
	directory := t.TempDir()
	first, isNew, err := StartBackground(t.Context(), directory, t.Output())
	require.NoError(t, err)
	t.Cleanup(func() { _ = first.Stop() })
	require.True(t, isNew)

	second, isNew, err := StartBackground(t.Context(), directory, t.Output())
	require.NoError(t, err)
	assert.False(t, isNew)
	assert.Equal(t, first.Endpoint, second.Endpoint)

	found, err := Attach(directory, t.Output())
	require.NoError(t, err)
	require.NoError(t, found.Stop())
	_, err = Attach(directory, t.Output())
	assert.ErrorIs(t, err, ErrNotRunning)
}

func TestAttachIgnoresAProcessThatIsNotTheCloud(t *testing.T) {
	directory := t.TempDir()
	write(t, directory, stateFile, fmt.Sprintf(`{"endpoint": "http://127.0.0.1:1", "pid": %d}`, os.Getpid()))

	_, err := Attach(directory, t.Output())

	assert.ErrorIs(t, err, ErrNotRunning)
}

func TestResetEmptiesTheCloud(t *testing.T) {
	cloud := start(t, Options{})
	queues := sqs.NewFromConfig(cloud.Config())
	_, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("left-over")})
	require.NoError(t, err)

	require.NoError(t, cloud.Reset(t.Context()))

	left, err := queues.ListQueues(t.Context(), &sqs.ListQueuesInput{})
	require.NoError(t, err)
	assert.Empty(t, left.QueueUrls)
}

func TestRepairMakesATopicFIFO(t *testing.T) {
	cloud := start(t, Options{})
	topics := sns.NewFromConfig(cloud.Config())
	made, err := topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("looks-like.fifo")})
	require.NoError(t, err)
	template, err := parseTemplate([]byte(`{"FifoTopic": true, "ContentBasedDeduplication": "true",
		"FifoThroughputScope": "MessageGroup", "ArchivePolicy": {"MessageRetentionPeriod": 7}}`))
	require.NoError(t, err)

	_, err = repairTopic(t.Context(), cloud.Config(), aws.ToString(made.TopicArn), template.document)

	require.NoError(t, err)
	got, err := topics.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: made.TopicArn})
	require.NoError(t, err)
	assert.Equal(t, "true", got.Attributes["FifoTopic"])
	assert.Equal(t, "true", got.Attributes["ContentBasedDeduplication"])
	assert.Equal(t, "MessageGroup", got.Attributes["FifoThroughputScope"])
	assert.JSONEq(t, `{"MessageRetentionPeriod": 7}`, got.Attributes["ArchivePolicy"])
}

func TestPlainURLIsTheAddressForCurl(t *testing.T) {
	cloud := &Cloud{Endpoint: "http://127.0.0.1:4566"}

	plain, err := cloud.PlainURL("https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod/")

	require.NoError(t, err)
	assert.Equal(t, "http://127.0.0.1:4566/_aws/execute-api/a1b2c3/prod", plain)
	_, err = cloud.PlainURL("https://example.com/prod")
	assert.EqualError(t, err, `"https://example.com/prod" is not the URL of an API Gateway API`)
}

func TestHTTPClientReachesNothingButTheCloud(t *testing.T) {
	client := (&Cloud{Endpoint: "http://127.0.0.1:1"}).HTTPClient()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com/", http.NoBody)
	require.NoError(t, err)

	response, err := client.Do(request)

	if response != nil {
		_ = response.Body.Close()
	}
	assert.ErrorContains(t, err, "example.com is not an API of the local cloud")
}

func TestUnknownExampleIsNamedWithTheOnesThereAre(t *testing.T) {
	project := Project{Root: t.TempDir()}
	for _, name := range []string{"webhook", "snsfifo"} {
		require.NoError(t, os.MkdirAll(project.Root+"/examples/"+name, 0o750))
		write(t, project.Root+"/examples/"+name, "cdk.json", "{}")
	}

	_, err := project.ExampleDirectory("snsfif")

	assert.EqualError(t, err, `there is no example "snsfif"; the examples are: snsfifo, webhook`)
}

func TestMissingToolsAreNamed(t *testing.T) {
	empty := t.TempDir()
	t.Setenv(ToolsVariable, empty)

	_, err := Project{Root: "checkout"}.Tools()

	assert.EqualError(t, err, empty+"/localcloud/bin/python is not installed: run `make tools` in checkout (or set TOOLS_DIR)")
}

func start(t *testing.T, options Options) *Cloud {
	t.Helper()
	needsCloud(t)
	options.Progress = t.Output()
	cloud, err := Start(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cloud.Stop()) })
	return cloud
}

func needsCloud(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: the local cloud is not started")
	}
}
