package dev.bailiwick.server.account.signin.form;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;

/** The pages for requests whose session had ended, see {@link ExpiredSessionRequests}. Only forwards reach them. */
@Controller
class CarriedFormPages {

    private static final Pattern ID = Pattern.compile("/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    @RequestMapping(ExpiredSessionRequests.SIGN_IN_PAGE)
    String signIn() {
        return "sign-in";
    }

    /** Lists the form's fields. Forms whose page can be filled in again have a more specific mapping below the same path. */
    @PostMapping(ExpiredSessionRequests.SHOWN_AGAIN + "/**")
    String show(
            @RequestAttribute(CarriedForm.ATTRIBUTE) Optional<CarriedForm> carried,
            HttpServletRequest request,
            Model model) {
        CarriedForm form = carried.orElseThrow(() -> new NothingCarried(request.getRequestURI()));
        model.addAttribute("form", form);
        model.addAttribute(
                "act", "carried.act" + ID.matcher(form.path()).replaceAll("").replace('/', '.'));
        return "carried";
    }
}
