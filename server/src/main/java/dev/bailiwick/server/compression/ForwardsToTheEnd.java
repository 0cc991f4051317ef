package dev.bailiwick.server.compression;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Lets what was written by a page that a request was forwarded to be compressed after it: Tomcat would close the answer as soon as the
 * forward is over, before what wraps it has sent the rest.
 */
@Component
class ForwardsToTheEnd implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addContextCustomizers(context -> context.setSuspendWrappedResponseAfterForward(false));
    }
}
