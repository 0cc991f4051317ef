package dev.bailiwick.server.account;

import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Configuration;

/** Keeps the {@link Caller}, which is no parameter of the request, out of the API's description. */
@Configuration(proxyBeanMethods = false)
class CallerInDescription {

    static {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
    }
}
