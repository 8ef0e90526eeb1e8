package leaderelection

import (
	"testing"

	"weir/actions"
	"weir/actions/kafka/kafkatest"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kfake"
)

func fake(t testing.TB) (*kafkatest.World, *kfake.Cluster, *kafkatest.Controller) {
	return kafkatest.WithController(t)
}

// at is a partition of three replicas, all in sync: 0,1,2 from the preferred one on.
func at(leader, first int32) *kafkatest.Part { return kafkatest.At(leader, first) }

func action(w *kafkatest.World) Action { return Action{Connect: w.Connect(), patience: 1} }

func ask(target lag.Ref, params ...string) actions.Request {
	r := actions.Request{Kind: Kind, Target: target, Params: map[string]string{}}
	r.Target.Cluster = kafkatest.Cluster
	for i := 0; i < len(params); i += 2 {
		r.Params[params[i]] = params[i+1]
	}
	return r
}

func topic(name string) lag.Ref { return lag.Ref{Kind: lag.KindTopic, Name: name} }
