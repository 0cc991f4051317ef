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
     * The cost of a reset in Tomcat's overhead count. Tomcat ends an HTTP/2 connection when the count becomes positive: each
     * request and each part of an answer takes 20 off the count, each reset by either side adds this. A user who leaves a page
     * resets its stream, and then makes two requests and gets two answers: the count must not grow. A client that resets each
     * request at once (CVE-2023-44487) must reach the limit.
     */
    private static final int RESET_OVERHEAD = 30;

    /** The header of a list's page links to the previous and the next page, each with an address as long as the requested one. */
    private static final int RESPONSE_HEAD_BYTES = 2 * Bound.REQUEST_HEAD_BYTES.value() + (8 << 10);

    /** The cost of each frame about the connection itself; the count begins at −10 times this. */
    private static final int FRAME_OVERHEAD = 50;

    /** Runs after the customizers of Spring Boot, which apply the properties. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.setProtocol(PerPeerConnectionLimit.class.getName());
        factory.addConnectorCustomizers(WebPort::bound);
    }

    private static void bound(Connector connector) {
        connector.setMaxParameterCount(Bound.REQUEST_PARAMETERS.value());
        connector.setMaxPostSize(Bound.OPERATORS_FORM_BYTES.value());
        // Tomcat passes encoded slashes on, so that the filter for unusual paths answers them.
        connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
        connector.setEncodedReverseSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
        // For any bundle that the certificate is from.
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
