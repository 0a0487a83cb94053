"""What to try, and what to do after it: the end of each help."""

FIRST_STEPS = """Try:
  crrkit crr 70 90 30 --period month   the rate of three counts
  crrkit check orders.csv              what is in a file, and the report to make
  crrkit explore orders.csv            the same list under sliders, in a notebook
  crrkit lab                           the course, in JupyterLab
  crrkit app formula                   its first lesson, as an app

crrkit COMMAND --help says more about each."""
CRR = """Example: 70 customers at the start, 90 at the end, 30 of them new.
  crrkit crr 70 90 30 --period month

Next: crrkit check FILE counts the customers of a list or of a purchase log itself."""
CHECK = """Example:
  crrkit check orders.csv

Columns that are not named are found by their usual names. Next: the last line printed is the command for a report."""
REPORT = """Example:
  crrkit report orders.csv --kind orders --customer client_id --at ordered_at
    --amount total --every month --out report.html --notebook report.ipynb

Next: open the HTML file in any browser, it needs no network. crrkit check FILE writes this command for your file."""
EXPLORE = """Example:
  crrkit explore orders.csv            a notebook beside the file, in JupyterLab
  crrkit explore orders.csv --app      a page in the browser, without code
  crrkit explore                       a page on which a file is chosen

Columns that are not named are found by their usual names, as crrkit check finds them. Next: move a slider. The last \
cell of the notebook writes a page to share, as crrkit report does."""
LAB = """Example:
  crrkit lab my-course --lang ru

Notebooks that you have changed are never written over. Next: begin with notebook 1."""
APP = """Example:
  crrkit app formula --lang ru

crrkit app alone lists the names. Next: crrkit lab opens the same notebooks with their code, to change it and to run \
it on a list of your own."""

LESSONS = """Next: crrkit lessons make --help, crrkit lessons grade --help."""
MAKE = """Example:
  crrkit lessons make --topic formula --students 30 --seed 7 --lang ru

Next: print sheets.pdf, or hand out the notebooks; then crrkit lessons grade FOLDER."""
GRADE = """Example:
  crrkit lessons grade sheets

Next: open grades.csv in a spreadsheet."""
