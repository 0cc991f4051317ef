package dev.bailiwick.server.compression;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Lets the filter compress what a forwarded request wrote. By default Tomcat closes the answer at the end of the forward, before
 * the wrapping response has sent the rest.
 */
@Component
class OpenAfterForward implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addContextCustomizers(context -> context.setSuspendWrappedResponseAfterForward(false));
    }
}
