package dev.bailiwick.server.link;

import com.google.protobuf.ByteString;
import dev.bailiwick.protocol.v1.EnrolmentGrpc;
import dev.bailiwick.protocol.v1.JoinRequest;
import dev.bailiwick.protocol.v1.JoinResponse;
import dev.bailiwick.server.host.certificate.Enrolments;
import dev.bailiwick.server.host.certificate.Enrolments.Admission;
import dev.bailiwick.server.host.certificate.InvalidCertificateRequest;
import dev.bailiwick.server.host.certificate.JoinTokenRefused;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.cert.CertificateEncodingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Lets machines join; any machine with a valid token may. */
@Component
class EnrolmentService extends EnrolmentGrpc.EnrolmentImplBase {

    private static final Logger log = LoggerFactory.getLogger(EnrolmentService.class);

    private final Enrolments enrolments;

    EnrolmentService(Enrolments enrolments) {
        this.enrolments = enrolments;
    }

    @Override
    public void join(JoinRequest request, StreamObserver<JoinResponse> response) {
        try {
            Admission admission = enrolments.join(
                    request.getToken(), request.getCertificateRequest().toByteArray());
            log.atInfo()
                    .addKeyValue("host", admission.host())
                    .addKeyValue("name", admission.name())
                    .log("a host joined");
            response.onNext(toWire(admission));
            response.onCompleted();
        } catch (InvalidCertificateRequest e) {
            response.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
        } catch (JoinTokenRefused e) {
            response.onError(
                    Status.UNAUTHENTICATED.withDescription(e.getMessage()).asRuntimeException());
        } catch (DataAccessException | TransactionException e) {
            response.onError(Status.UNAVAILABLE
                    .withDescription("the database does not respond")
                    .withCause(e)
                    .asRuntimeException());
        }
    }

    private static JoinResponse toWire(Admission admission) {
        try {
            return JoinResponse.newBuilder()
                    .setHostId(admission.host().toString())
                    .setHostName(admission.name().value())
                    .setCertificate(ByteString.copyFrom(admission.certificate().getEncoded()))
                    .setAuthority(ByteString.copyFrom(admission.authority().getEncoded()))
                    .build();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A new certificate has no encoding", e);
        }
    }
}
