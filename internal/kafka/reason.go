package kafka

import (
	"context"
	"errors"

	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
)

// ReasonOf maps an error code of a broker's answer to the reason of a gap; NoReason for 0. A code that says nothing
// about why (UNKNOWN_SERVER_ERROR and its kin) is Unreachable: the broker could not answer.
func ReasonOf(code int16) lag.Reason {
	err := kerr.TypedErrorForCode(code)
	if err == nil {
		return lag.NoReason
	}
	if r, ok := reasonOfCode[err.Code]; ok {
		return r
	}
	return lag.Unreachable
}

// ReasonOfError maps an error to the reason of a gap; NoReason for nil.
func ReasonOfError(err error) lag.Reason {
	if err == nil {
		return lag.NoReason
	}
	return Explain(err).Reason
}

var reasonOfCode = codes(map[lag.Reason][]*kerr.Error{
	lag.NotAuthorized: {
		kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.ClusterAuthorizationFailed,
		kerr.TransactionalIDAuthorizationFailed, kerr.SaslAuthenticationFailed, kerr.DelegationTokenAuthDisabled,
		kerr.DelegationTokenAuthorizationFailed, kerr.SecurityDisabled, kerr.IllegalSaslState, kerr.UnsupportedSaslMechanism,
	},
	lag.NoCoordinator: {
		kerr.CoordinatorNotAvailable, kerr.NotCoordinator, kerr.CoordinatorLoadInProgress,
	},
	lag.NoLeader: {
		kerr.LeaderNotAvailable, kerr.NotLeaderForPartition, kerr.ReplicaNotAvailable, kerr.FencedLeaderEpoch,
		kerr.UnknownLeaderEpoch, kerr.KafkaStorageError, kerr.OffsetNotAvailable, kerr.PreferredLeaderNotAvailable,
		kerr.EligibleLeadersNotAvailable,
	},
	lag.Gone: {
		kerr.UnknownTopicOrPartition, kerr.UnknownTopicID, kerr.InconsistentTopicID, kerr.GroupIDNotFound, kerr.ResourceNotFound,
		kerr.TransactionalIDNotFound, kerr.OffsetOutOfRange, kerr.LogDirNotFound,
	},
	lag.Timeout:     {kerr.RequestTimedOut},
	lag.Unsupported: {kerr.UnsupportedVersion, kerr.UnsupportedForMessageFormat, kerr.InvalidRequest},
})

func codes(by map[lag.Reason][]*kerr.Error) map[int16]lag.Reason {
	out := map[int16]lag.Reason{}
	for reason, errs := range by {
		for _, e := range errs {
			out[e.Code] = reason
		}
	}
	return out
}

// reasonOfPlain is for errors with nothing more to say than their kind.
func reasonOfPlain(err error) lag.Reason {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return lag.Timeout
	case errors.Is(err, ErrReadOnly):
		return lag.Unsupported
	}
	return lag.Unreachable
}
