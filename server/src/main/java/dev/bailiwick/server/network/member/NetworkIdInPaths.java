package dev.bailiwick.server.network.member;

import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Lets controllers take a {@link NetworkId} from the path. */
@Configuration(proxyBeanMethods = false)
class NetworkIdInPaths implements WebMvcConfigurer {

    @Override
    public void addFormatters(FormatterRegistry registry) {
        registry.addConverter(String.class, NetworkId.class, NetworkId::parse);
    }
}
