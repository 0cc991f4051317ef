package dev.bailiwick.server.bounds;

import java.util.Arrays;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;

/** Sets the bounds of the web port. */
@Component
class WebPort implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {

    /**
     * Tomcat ends an HTTP/2 connection on which more is given up and managed than asked and answered: each request and each part of an
     * answer takes 20 off a count, each reset adds this, on either side. Whoever leaves a page gives up its stream, two requests and
     * two answers later, and must stay below; whoever resets each request as it is made (CVE-2023-44487) must not.
     */
    private static final int RESET_OVERHEAD = 30;

    /** A page of a list names the one before and the one after it, each by an address as long as that which was asked for. */
    private static final int RESPONSE_HEAD_BYTES = 2 * Bound.REQUEST_HEAD_BYTES.value() + (8 << 10);

    /** Each frame about the connection itself adds this; the count begins at ten times as much below nothing. */
    private static final int FRAME_OVERHEAD = 50;

    /** After those of Spring Boot, which set what is said in properties. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.setProtocol(FairPort.class.getName());
        factory.addConnectorCustomizers(WebPort::bound);
    }

    private static void bound(Connector connector) {
        connector.setMaxParameterCount(Bound.REQUEST_PARAMETERS.value());
        connector.setMaxPostSize(Bound.FORM_BYTES.value());
        // Let through to the filter that rejects unusual paths, so that it is answered like the others.
        connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
        connector.setEncodedReverseSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
        // Whichever bundle the certificate is from.
        Arrays.stream(connector.findSslHostConfigs()).forEach(tls -> {
            tls.setProtocols(String.join("+", Tls.PROTOCOLS));
            tls.setCiphers(String.join(",", Tls.SUITES));
        });
        if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http) {
            http.setMaxConnections(Bound.HTTP_CONNECTIONS.value());
            http.setAcceptCount(Bound.HTTP_BACKLOG.value());
            http.setConnectionTimeout((int) Bound.HTTP_SILENCE_SECONDS.seconds().toMillis());
            http.setMaxHttpRequestHeaderSize(Bound.REQUEST_HEAD_BYTES.value());
            http.setMaxHttpResponseHeaderSize(RESPONSE_HEAD_BYTES);
            http.setMaxHeaderCount(Bound.REQUEST_HEADERS.value());
            http.setMaxSwallowSize(Bound.SWALLOWED_BYTES.value());
        }
        Arrays.stream(connector.findUpgradeProtocols())
                .filter(Http2Protocol.class::isInstance)
                .map(Http2Protocol.class::cast)
                .forEach(http2 -> {
                    http2.setMaxConcurrentStreams(Bound.HTTP2_STREAMS.value());
                    http2.setMaxConcurrentStreamExecution(Bound.HTTP2_STREAMS.value());
                    http2.setInitialWindowSize(Bound.HTTP2_WINDOW_BYTES.value());
                    http2.setOverheadResetFactor(RESET_OVERHEAD);
                    http2.setOverheadCountFactor(FRAME_OVERHEAD);
                    http2.setReadTimeout(Bound.HTTP_SILENCE_SECONDS.seconds().toMillis());
                    http2.setStreamReadTimeout(
                            Bound.HTTP_SILENCE_SECONDS.seconds().toMillis());
                });
    }
}
