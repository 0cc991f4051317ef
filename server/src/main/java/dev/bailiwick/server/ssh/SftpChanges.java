package dev.bailiwick.server.ssh;

import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.jail.file.FileEvent;

/** What a client of SFTP changes besides the content of files. */
final class SftpChanges {

    /** As sshd gives new files, whatever the client asks for. */
    static final int UMASK = 022;

    private static final int USUAL_DIRECTORY = 0755;

    private final SftpFiles files;

    SftpChanges(SftpFiles files) {
        this.files = files;
    }

    /** @throws SftpFault if something is to be set that cannot be; the rest is set before */
    void set(FilePath path, SftpPackets.Wanted wanted) throws SftpFault {
        if (wanted.owners().isPresent()) {
            setOwners(path, wanted.owners().get());
        }
        if (wanted.mode().isPresent()) {
            setMode(path, wanted.mode().getAsInt());
        }
        if (wanted.size().isPresent() || wanted.hasOthers()) {
            throw SftpFault.ofAttributes();
        }
    }

    void setOwners(FilePath path, SftpPackets.Owners owners) {
        FileRequest change = new FileRequest.SetOwner(path, owners.user(), owners.group());
        files.change(new FileEvent.OwnerSet(path.text(), owners.user(), owners.group()), change);
    }

    private void setMode(FilePath path, int mode) {
        files.change(
                new FileEvent.ModeSet(path.text(), String.format("%04o", mode)), new FileRequest.SetMode(path, mode));
    }

    void remove(FilePath path) throws SftpFault {
        if (look(path).kind() == FileKind.DIRECTORY) {
            throw new SftpFault(SftpFault.FAILURE, "It is a directory.");
        }
        removeIt(path);
    }

    void removeDirectory(FilePath path) throws SftpFault {
        if (look(path).kind() != FileKind.DIRECTORY) {
            throw new SftpFault(SftpFault.FAILURE, "It is no directory.");
        }
        if (!new SftpHandle.Directory(files, path).read().isEmpty()) {
            throw new SftpFault(SftpFault.FAILURE, "The directory is not empty.");
        }
        removeIt(path);
    }

    private FileEntry look(FilePath path) {
        return files.ask(new FileRequest.Look(path), FileResult.Found.class).entry();
    }

    private void removeIt(FilePath path) {
        files.record(new FileEvent.Removed(path.text()));
        var _ = files.ask(new FileRequest.Remove(path), FileResult.Removed.class);
    }

    void makeDirectory(FilePath path, SftpPackets.Wanted wanted) {
        files.change(new FileEvent.DirectoryCreated(path.text()), new FileRequest.MakeDirectory(path));
        int mode = wanted.mode().orElse(USUAL_DIRECTORY) & ~UMASK;
        if (mode != USUAL_DIRECTORY) {
            setMode(path, mode);
        }
    }

    /** @param replaces whether a file at the other path is replaced */
    void rename(FilePath path, FilePath to, boolean replaces) {
        files.change(new FileEvent.Renamed(path.text(), to.text()), new FileRequest.Rename(path, to, replaces));
    }

    void link(String target, FilePath path) {
        files.change(new FileEvent.LinkCreated(path.text(), target), new FileRequest.MakeLink(path, target));
    }
}
