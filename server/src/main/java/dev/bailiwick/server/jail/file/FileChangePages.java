package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.account.Caller;
import dev.bailiwick.server.account.authentication.Credential;
import dev.bailiwick.server.account.stream.OpenStreams;
import dev.bailiwick.server.jail.file.FilePageModel.Typed;
import dev.bailiwick.server.jail.file.failure.FilesUnreachable;
import dev.bailiwick.server.problem.Failure;
import dev.bailiwick.server.problem.InvalidRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Changes files of a jail by the forms of their pages. */
@Controller
class FileChangePages {

    private final FilePageModel model;
    private final JailFileWork files;
    private final OpenStreams streams;
    private final MessageSource messages;

    FileChangePages(FilePageModel model, JailFileWork files, OpenStreams streams, MessageSource messages) {
        this.model = model;
        this.files = files;
        this.streams = streams;
        this.messages = messages;
    }

    /** @param path of the directory in which the new one will be */
    @PostMapping("/jails/{id}/files/mkdir")
    ModelAndView makeDirectory(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            @RequestParam(defaultValue = "") String name,
            RedirectAttributes then) {
        JailFileWork.NamedTree jail = model.open(caller, id);
        FilePath directory = FileFields.path("path", path);
        try {
            FilePath made = FileFields.read("name", () -> directory.child(name));
            files.record(caller, jail.tree(), new FileEvent.DirectoryCreated(made.text()));
            files.ask(jail.tree(), new FileRequest.MakeDirectory(made), FileResult.Found.class);
            return done(jail, "files", directory, then, "files.made", made.name());
        } catch (Failure refused) {
            return model.directory(
                    jail,
                    directory,
                    0,
                    "",
                    Typed.refused("mkdir", name, "name", refused),
                    refused.type().status());
        }
    }

    /** @param to the new path */
    @PostMapping("/jails/{id}/files/rename")
    ModelAndView rename(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            @RequestParam(defaultValue = "") String to,
            RedirectAttributes then) {
        JailFileWork.NamedTree jail = model.open(caller, id);
        FilePath file = FileFields.path("path", path);
        try {
            FilePath renamed = FileFields.path("to", to);
            rename(caller, jail, file, renamed);
            return done(jail, "files/entry", renamed, then, "files.renamed", renamed.name());
        } catch (Failure refused) {
            return model.file(
                    jail,
                    file,
                    Typed.refused("rename", to, "to", refused),
                    refused.type().status());
        }
    }

    private void rename(Caller caller, JailFileWork.NamedTree jail, FilePath from, FilePath to) {
        files.record(caller, jail.tree(), new FileEvent.Renamed(from.text(), to.text()));
        files.ask(jail.tree(), new FileRequest.Rename(from, to, false), FileResult.Found.class);
    }

    /** @param bit those that are set, in decimal digits */
    @PostMapping("/jails/{id}/files/mode")
    ModelAndView setMode(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            @RequestParam(required = false) List<Integer> bit,
            RedirectAttributes then) {
        JailFileWork.NamedTree jail = model.open(caller, id);
        FilePath file = FileFields.path("path", path);
        int mode = (bit == null ? List.<Integer>of() : bit).stream().reduce(0, (all, one) -> all | one);
        try {
            FileRequest change = FileFields.read("bit", () -> new FileRequest.SetMode(file, mode));
            files.record(caller, jail.tree(), new FileEvent.ModeSet(file.text(), String.format("%04o", mode)));
            files.ask(jail.tree(), change, FileResult.Found.class);
            return done(jail, "files/entry", file, then, "files.mode.set", file.name());
        } catch (Failure refused) {
            return model.file(
                    jail,
                    file,
                    Typed.refused("mode", "", "bit", refused),
                    refused.type().status());
        }
    }

    /** Removes a file in such a way that it can be restored. */
    @PostMapping("/jails/{id}/files/remove")
    ModelAndView remove(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            RedirectAttributes then) {
        JailFileWork.NamedTree jail = model.open(caller, id);
        FilePath file = FileFields.path("path", path);
        try {
            if (file.isRoot()) {
                throw new InvalidRequest("/path", "must not be the root directory");
            }
            RemovedFile removed = RemovedFile.from(file);
            files.record(
                    caller,
                    jail.tree(),
                    new FileEvent.DirectoryCreated(removed.holder().text()));
            files.ask(jail.tree(), new FileRequest.MakeDirectory(removed.holder()), FileResult.Found.class);
            moveAside(caller, jail, removed);
            return done(jail, "files", file.parent(), then, "files.removed", file.name());
        } catch (Failure refused) {
            return model.file(
                    jail,
                    file,
                    Typed.refused("remove", "", "remove", refused),
                    refused.type().status());
        }
    }

    private void moveAside(Caller caller, JailFileWork.NamedTree jail, RemovedFile removed) {
        try {
            // Nobody but root of the jail reads or runs what is removed.
            files.ask(jail.tree(), new FileRequest.SetMode(removed.holder(), 0700), FileResult.Found.class);
            rename(caller, jail, removed.origin(), removed.path());
        } catch (FilesUnreachable unknown) {
            // The host may have moved it, or may do so yet. The page of the directory lists it then.
            throw unknown;
        } catch (Failure refused) {
            removeIfEmpty(caller, jail, removed.holder());
            throw refused;
        }
    }

    /** Removes a directory of removed files once it has none. A failure leaves it, which does no harm. */
    private void removeIfEmpty(Caller caller, JailFileWork.NamedTree jail, FilePath holder) {
        try {
            FileResult.Entries left =
                    files.ask(jail.tree(), new FileRequest.List(holder, 0, 1), FileResult.Entries.class);
            if (left.entries().isEmpty() && left.next().isEmpty()) {
                files.record(caller, jail.tree(), new FileEvent.Removed(holder.text()));
                files.ask(jail.tree(), new FileRequest.Remove(holder), FileResult.Removed.class);
            }
        } catch (Failure left) {
            // What was asked for is done or refused without it, and the directory is hidden.
        }
    }

    /** @param path where the removed file is */
    @PostMapping("/jails/{id}/files/restore")
    ModelAndView restore(
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            RedirectAttributes then) {
        JailFileWork.NamedTree jail = model.open(caller, id);
        FilePath file = FileFields.path("path", path);
        try {
            RemovedFile removed = RemovedFile.at(file)
                    .orElseThrow(() -> new InvalidRequest("/path", "must be the path of a removed file"));
            rename(caller, jail, file, removed.origin());
            removeIfEmpty(caller, jail, removed.holder());
            return done(jail, "files", removed.origin().parent(), then, "files.restored", file.name());
        } catch (Failure refused) {
            return model.file(
                    jail,
                    file,
                    Typed.refused("remove", "", "remove", refused),
                    refused.type().status());
        }
    }

    @PostMapping("/jails/{id}/files/delete")
    ModelAndView delete(
            HttpServletRequest request,
            Caller caller,
            @PathVariable String id,
            @RequestParam(defaultValue = "/") String path,
            RedirectAttributes then) {
        JailFileWork.NamedTree jail = model.open(caller, id);
        FilePath file = FileFields.path("path", path);
        Optional<RemovedFile> aside = RemovedFile.at(file);
        files.record(caller, jail.tree(), new FileEvent.Removed(file.text()));
        try (Transfer transfer = new Transfer(files, streams, caller, Credential.of(request), jail.tree())) {
            boolean isComplete = FileChangesResource.remove(transfer, file).complete();
            if (isComplete && aside.isPresent()) {
                removeIfEmpty(caller, jail, aside.get().holder());
            }
            return done(
                    jail,
                    "files",
                    aside.map(RemovedFile::holder).orElse(file).parent(),
                    then,
                    isComplete ? "files.deleted" : "files.deleted.partly",
                    file.name());
        } catch (Failure refused) {
            return model.file(
                    jail,
                    file,
                    Typed.refused("remove", "", "remove", refused),
                    refused.type().status());
        }
    }

    private ModelAndView done(
            JailFileWork.NamedTree jail,
            String page,
            FilePath path,
            RedirectAttributes then,
            String message,
            String name) {
        then.addFlashAttribute("toast", messages.getMessage(message, new Object[] {name}, Locale.ENGLISH));
        then.addAttribute("path", path.text());
        return new ModelAndView("redirect:/jails/" + jail.tree().jail() + "/" + page);
    }
}
