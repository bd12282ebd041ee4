# Makes what the recipes about files work on, once: ~/kept-files and ~/kept-git.
cp -a /srv/app /workspace/t
cd /workspace || exit
mkdir d links names enc damaged logs perm

printf 'apple\nbanana\ncherry\ndate\n' >f1.txt
printf 'apple\nBanana\ncherry\n\nelder\n' >f2.txt
cp f2.txt f3.txt
diff -u f1.txt f2.txt >f.patch
printf 'id,name,note\n1,Ada,x\n2,Ben\n3,,y\n1,Eva,z\n' >bad.csv
printf 'id,score\n1,50\n2,70\n7,20\n' >scores.csv
printf 'id;price\n1;2,50\n2;3,75\n' >euro.csv
printf 'id\tprice\n1\t2\n' >tabs.tsv
printf '{"b": 1, "a": [1, 2], "deep": {"x": "ada"}}' >one.json
printf '{"a": [1, 2], "b": 7, "c": 3}' >two.json
printf '{"a": 1,}' >broken.json
printf '{"level":"info","msg":"up"}\n{"level":"error","msg":"down"}\n' >log.jsonl
printf '# debug = true\ncache = true\nport=1\nport=2\n' >app.conf
printf 'name: demo\nservices:\n  web:\n    image: nginx\n' >c.yaml
printf '3\n10\n7.25\n2\nx\n' >nums
printf '# Title\n\nOne word (small). See [docs](x.md).\n\n## Part two\n\nTwo "quoted" words! Done?\n' \
    >essay.md
printf '#!/bin/bash\necho hello\n' >hello.sh
printf '#!/bin/bash\ndate >>/workspace/ran\n' >note.sh
printf 'ada@example.org, ben@example.org ada@example.org\n' >mails.txt
printf '/workspace/f1.txt\t/workspace/renamed.txt\n' >renames.tsv
printf '/workspace/f1.txt\n/workspace/f2.txt\n' >list.txt
echo /workspace/nowhere >missing.txt

printf '0 2 * * * /srv/backup.sh\n5 9 * * 1-5 /srv/poll.sh\n#0 7 * * 0 /srv/off.sh\n' >crontab
printf '127.0.0.1 localhost\n10.0.0.7 db1 db\nport 8080\n' >hosts

cp -a t t2
rm t2/data.csv
echo more >>t2/config.ini
touch -d '2020-01-01' t/old.log
ln -s /workspace/t links/folder
ln -s gone links/broken
ln f1.txt links/hard
sha256sum /workspace/t/app.log /workspace/f1.txt >sums
sha256sum /workspace/t/old.log | sed 's/old.log/app.log/' >>sums
md5sum /workspace/f1.txt >md5s
cp f1.txt perm/text
chmod 775 perm/text

(
    cd names || exit
    touch pre_a.txt 'my file (1).JPG' b_end.md page7.txt 7-song.mp3 'café.txt' 'q?x.txt' \
        bare Bare .secret 'two words.txt'
)
(
    cd enc || exit
    printf 'Größe café “x”\nplain\n' >utf8.txt
    iconv -f utf-8 -t iso-8859-1 <<<'Größe' >latin.txt
    iconv -f utf-8 -t utf-16 <<<'wide text' >wide.txt
    printf '\xef\xbb\xbfmarked\n' >bom.txt
    printf 'a\tb\r\nc\r\n' >dos.txt
    printf '\033[31mred\033[0m\n' >colour.txt
    printf 'open end' >open.txt
    printf '<p>Fish &amp; <b>chips</b></p><p>Tea</p>\n' >page.html
)
gzip -c f1.txt >damaged/ok.gz
head -c 30 damaged/ok.gz >damaged/cut.gz
gzip -c f1.txt >logs/a.log.gz
zip -q z.zip f1.txt f2.txt

git config --global user.name Ada
git config --global user.email ada@example.org
git config --global alias.lg 'log --oneline'
git init -q --bare remote.git
git init -q -b main repo
(
    cd repo || exit
    printf 'one\n' >a.txt
    printf '*.tmp\n' >.gitignore
    git add -A && git commit -qm 'first commit'
    git branch done
    printf 'two\n' >>a.txt
    mkdir src
    printf 'x = 1\n' >src/m.py
    git add -A && git commit -qm 'add module' && git tag v1.0
    git switch -qc feature
    printf 'y = 2\n' >>src/m.py
    git commit -qam 'extend module'
    git switch -q main
    git rm -q src/m.py && git commit -qm 'drop module'
    git merge -q --no-ff -s ours -m 'merge nothing' feature
    git branch -q -D feature && git switch -qc feature main~1
    printf 'z = 3\n' >b.txt
    mkdir src && printf 'x = 4\n' >src/m.py
    git add -A && git commit -qm 'another module'
    git switch -q main
    git remote add origin ../remote.git
    git push -qu origin main
    printf 'three\n' >>a.txt
    git diff >../repo.patch
    printf 'new\n' >new.txt
    printf 't\n' >x.tmp
)
cp -a repo stashed
(cd stashed && git stash -q)
cp -a repo staged
(cd staged && git add -A)
cp -a repo conflict
(
    cd conflict || exit
    git commit -qam three
    git switch -qc other HEAD~1
    printf 'one\n2\nother\n' >a.txt
    git commit -qam other
    git merge -q main
)
(cd repo && git checkout -q -- a.txt && cp -a . ../clean && printf 'three\n' >>a.txt)
mkdir ~/kept-git ~/kept-files
mv repo remote.git stashed staged conflict clean repo.patch ~/kept-git
cp -a /workspace/. ~/kept-files
cp ~/.gitconfig ~/kept.gitconfig
